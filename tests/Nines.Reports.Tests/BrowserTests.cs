using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nines.Probing.Browsers;
using Nines.Reports.Pages;

namespace Nines.Reports.Tests;

/// <summary>A report in a real Chromium: what it asks for, what it complains of, and whether it fits.</summary>
public sealed class BrowserTests
{
    private static readonly bool HasBrowser = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "chromium")));

    /// <summary>Elements that are wider than the window, and texts whose contrast with their ground is below 4.5 to 1 (WCAG 2.2, 1.4.3).</summary>
    private const string Look = """
        (() => {
          const light = c => { const v = c.map(x => x / 255).map(x => x <= 0.04045 ? x / 12.92 : Math.pow((x + 0.055) / 1.055, 2.4)); return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2]; };
          const rgb = s => (s.match(/[0-9.]+/g) || []).map(Number);
          const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
          const low = new Set();
          for (const e of document.querySelectorAll('body *')) {
            if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
            const style = getComputedStyle(e), isSvg = e instanceof SVGElement;
            if (style.display === 'none' || e.localName === 'title') continue;
            const [a, b] = [light(rgb(isSvg ? style.fill : style.color)), light(ground(e))].sort((x, y) => y - x);
            if ((a + 0.05) / (b + 0.05) < 4.5) low.add(e.localName + '.' + (e.getAttribute('class') || '') + ' ' + ((a + 0.05) / (b + 0.05)).toFixed(2));
          }
          return JSON.stringify({ width: document.documentElement.scrollWidth, window: window.innerWidth, low: [...low], text: document.body.innerText.length });
        })()
        """;

    [Theory]
    [InlineData(390, "light")]
    [InlineData(390, "dark")]
    [InlineData(1280, "light")]
    [InlineData(1280, "dark")]
    public async Task A_report_asks_for_nothing_complains_of_nothing_fits_and_can_be_read(int width, string scheme)
    {
        Assert.SkipUnless(HasBrowser, "There is no chromium in PATH.");
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The browser is driven by pipes of a Unix shell.");
        var file = Path.Combine(Path.GetTempPath(), $"nines-report-{Guid.NewGuid():N}.html");
        await File.WriteAllTextAsync(file, HtmlPage.Of(RenderingTests.PageOf(2)));
        try
        {
            var heard = new ConcurrentQueue<(string Method, JsonElement What)>();
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            await using var chromium = Chromium.Start(new BrowserOptions { Url = new Uri("about:blank"), NoSandbox = true }, null, (method, what) => heard.Enqueue((method, what.Clone())));
            var tools = chromium.Tools;
            var target = (await tools.CallAsync("Target.createTarget", new JsonObject { ["url"] = "about:blank" }, null, limit.Token)).GetProperty("targetId").GetString()!;
            var session = (await tools.CallAsync("Target.attachToTarget", new JsonObject { ["targetId"] = target, ["flatten"] = true }, null, limit.Token)).GetProperty("sessionId").GetString();
            foreach (var domain in new[] { "Page", "Runtime", "Log", "Network", "Audits" }) await tools.CallAsync($"{domain}.enable", null, session, limit.Token);
            await tools.CallAsync("Emulation.setDeviceMetricsOverride", new JsonObject { ["width"] = width, ["height"] = 800, ["deviceScaleFactor"] = 1, ["mobile"] = width < 600 }, session, limit.Token);
            await tools.CallAsync("Emulation.setEmulatedMedia", new JsonObject { ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = scheme }) }, session, limit.Token);
            await tools.CallAsync("Page.navigate", new JsonObject { ["url"] = new Uri(file).AbsoluteUri }, session, limit.Token);
            while (!heard.Any(one => one.Method == "Page.loadEventFired")) await tools.CallAsync("Runtime.evaluate", new JsonObject { ["expression"] = "1" }, session, limit.Token);

            var said = (await tools.CallAsync("Runtime.evaluate", new JsonObject { ["expression"] = Look }, session, limit.Token)).GetProperty("result").GetProperty("value").GetString()!;
            var look = JsonNode.Parse(said)!;
            Assert.True((int)look["text"]! > 1_000, "the page is empty");
            Assert.True((int)look["width"]! <= width, $"{look["width"]} pixels are wider than {width}");
            Assert.Empty(look["low"]!.AsArray().Select(one => (string?)one));
            Assert.Empty(heard.Where(one => one.Method is "Log.entryAdded" or "Runtime.consoleAPICalled" or "Runtime.exceptionThrown" or "Audits.issueAdded").Select(one => one.What.ToString()));
            Assert.Equal([new Uri(file).AbsoluteUri], heard.Where(one => one.Method == "Network.requestWillBeSent").Select(one => one.What.GetProperty("request").GetProperty("url").GetString()));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
