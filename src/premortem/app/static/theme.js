// Runs before the page is drawn, so that a chosen look does not flash.
{
  const look = localStorage.getItem("look");
  if (look) document.documentElement.dataset.look = look;
}
