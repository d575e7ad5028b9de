(function () {
  "use strict";
  var me = document.currentScript;
  if (!me) return;
  var source = new URL(me.src);
  var form = source.pathname.replace(/\/embed\.js$/, "");
  var asked = new URLSearchParams({ _origin: location.origin, _page: location.href.split("#")[0] });
  if (document.referrer) asked.set("_referrer", document.referrer);
  var frame = document.createElement("iframe");
  frame.src = source.origin + form + "?" + asked.toString();
  frame.title = me.getAttribute("data-title") || TITLE;
  frame.setAttribute("loading", me.getAttribute("data-loading") || "eager");
  frame.style.cssText = "display:block;width:100%;border:0;min-height:20rem;color-scheme:normal";
  me.parentNode.insertBefore(frame, me.nextSibling);
  window.addEventListener("message", function (event) {
    if (event.origin !== source.origin || event.source !== frame.contentWindow || !event.data) return;
    var said = event.data;
    if (said.evenhand === "height" && said.height > 0 && said.height < 20000) {
      frame.style.height = Math.ceil(said.height) + "px";
      frame.style.minHeight = "0";
    }
    if (said.evenhand === "go" && /^https?:\/\//.test(String(said.to))) location.assign(String(said.to));
  });
})();
