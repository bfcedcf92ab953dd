using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nines.Probing.Browsers;

/// <summary>A page in the browser, used as a person uses it: real mouse and keyboard events, at what is visible.</summary>
internal sealed class BrowserPage
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Finds an element and says where it is. The selector is put in as JSON text.</summary>
    private const string Finding = """
        (selector => {
          const element = document.querySelector(selector);
          if (!element) return { found: false };
          element.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
          const box = element.getBoundingClientRect(), style = getComputedStyle(element);
          const x = box.left + box.width / 2, y = box.top + box.height / 2, top = document.elementFromPoint(x, y);
          return {
            found: true, visible: box.width > 0 && box.height > 0 && style.visibility !== 'hidden' && style.display !== 'none', enabled: !element.disabled,
            covered: top && top !== element && !element.contains(top) && !top.contains(element) ? top.tagName.toLowerCase() : '',
            text: String(element.innerText || element.value || '').slice(0, 20000).toWellFormed(), x, y,
          };
        })
        """;

    private readonly DevTools tools;
    private readonly string session;
    private readonly PageTrouble trouble;
    private readonly TimeProvider time;

    private BrowserPage(DevTools tools, string session, PageTrouble trouble, TimeProvider time) => (this.tools, this.session, this.trouble, this.time) = (tools, session, trouble, time);

    /// <summary>An empty page, ready to be opened, that tells <paramref name="trouble"/> what happens in it.</summary>
    public static async Task<BrowserPage> CreateAsync(DevTools tools, BrowserOptions options, PageTrouble trouble, TimeProvider time, CancellationToken limit)
    {
        var target = await tools.CallAsync("Target.createTarget", new JsonObject { ["url"] = "about:blank" }, null, limit).ConfigureAwait(false);
        var attached = await tools.CallAsync("Target.attachToTarget", new JsonObject { ["targetId"] = target.GetProperty("targetId").GetString(), ["flatten"] = true }, null, limit).ConfigureAwait(false);
        var page = new BrowserPage(tools, attached.GetProperty("sessionId").GetString()!, trouble, time);
        // A page's main frame has the same name as its target.
        trouble.MainFrame = target.GetProperty("targetId").GetString();
        foreach (var domain in (string[])["Page.enable", "Runtime.enable", "Network.enable"]) await page.CallAsync(domain, null, limit).ConfigureAwait(false);
        await tools.CallAsync("Browser.setDownloadBehavior", new JsonObject { ["behavior"] = "deny" }, null, limit).ConfigureAwait(false);
        await page.CallAsync("Emulation.setDeviceMetricsOverride", new JsonObject { ["width"] = options.Width, ["height"] = options.Height, ["deviceScaleFactor"] = 1, ["mobile"] = false }, limit).ConfigureAwait(false);
        if (options.Wallet is not { } wallet) return page;
        await page.CallAsync("Runtime.addBinding", new JsonObject { ["name"] = TestWalletScript.Asked }, limit).ConfigureAwait(false);
        await page.CallAsync("Page.addScriptToEvaluateOnNewDocument", new JsonObject { ["source"] = TestWalletScript.For(wallet) }, limit).ConfigureAwait(false);
        return page;
    }

    /// <returns>The browser's network error; null when a document came.</returns>
    public async Task<string?> OpenAsync(Uri url, CancellationToken limit)
    {
        trouble.ExpectLoad();
        var said = await CallAsync("Page.navigate", new JsonObject { ["url"] = url.AbsoluteUri }, limit).ConfigureAwait(false);
        return said.TryGetProperty("errorText", out var error) && error.GetString() is { Length: > 0 } text ? text : null;
    }

    /// <returns>Null when the page that was opened last has loaded; else what it waited for in vain.</returns>
    public async Task<string?> LoadedAsync(CancellationToken limit)
    {
        try
        {
            await trouble.Loaded.WaitAsync(limit).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return "the page did not finish loading";
        }
    }

    /// <returns>Null when it was done; else what it waited for in vain.</returns>
    public async Task<string?> ClickAsync(string selector, CancellationToken limit)
    {
        var (element, why) = await UntilAsync(selector, found => Hindrance(selector, found, mustBeFree: true), limit).ConfigureAwait(false);
        if (element is not { } at) return why;
        foreach (var kind in (string[])["mouseMoved", "mousePressed", "mouseReleased"])
            await CallAsync("Input.dispatchMouseEvent", new JsonObject { ["type"] = kind, ["x"] = at.GetProperty("x").GetDouble(), ["y"] = at.GetProperty("y").GetDouble(), ["button"] = kind == "mouseMoved" ? "none" : "left", ["clickCount"] = kind == "mouseMoved" ? 0 : 1 }, limit).ConfigureAwait(false);
        return null;
    }

    public async Task<string?> FillAsync(string selector, string text, CancellationToken limit)
    {
        var (element, why) = await UntilAsync(selector, found => Hindrance(selector, found, mustBeFree: false), limit).ConfigureAwait(false);
        if (element is null) return why;
        await EvaluateAsync($"(selector => {{ const element = document.querySelector(selector); element.focus(); element.select?.(); }})({Json(selector)})", limit).ConfigureAwait(false);
        await CallAsync("Input.insertText", new JsonObject { ["text"] = text }, limit).ConfigureAwait(false);
        return null;
    }

    public async Task<string?> SeeAsync(string selector, string? text, CancellationToken limit) => (await UntilAsync(selector, found =>
    {
        if (!IsTrue(found, "found")) return $"{selector} is not there";
        if (!IsTrue(found, "visible")) return $"{selector} is not visible";
        return text is null || found.GetProperty("text").GetString()!.Contains(text, StringComparison.Ordinal)
            ? null
            : $"{selector} does not say \"{text}\" but \"{Cut(found.GetProperty("text").GetString()!.Trim())}\"";
    }, limit).ConfigureAwait(false)).Why;

    private static string? Hindrance(string selector, JsonElement found, bool mustBeFree)
    {
        if (!IsTrue(found, "found")) return $"{selector} is not there";
        if (!IsTrue(found, "visible")) return $"{selector} is not visible";
        if (!IsTrue(found, "enabled")) return $"{selector} is disabled";
        return mustBeFree && found.GetProperty("covered").GetString() is { Length: > 0 } other ? $"{selector} is covered by a <{other}>" : null;
    }

    /// <summary>Looks for an element again and again until nothing hinders, or the limit is over.</summary>
    /// <returns>The element; or what hindered at last.</returns>
    private async Task<(JsonElement? Element, string? Why)> UntilAsync(string selector, Func<JsonElement, string?> hindrance, CancellationToken limit)
    {
        string? why = null;
        try
        {
            while (true)
            {
                try
                {
                    var found = await EvaluateAsync($"{Finding}({Json(selector)})", limit).ConfigureAwait(false);
                    why = found.ValueKind == JsonValueKind.Object ? hindrance(found) : $"\"{selector}\" is no CSS selector that this page can be asked with";
                    if (why is null) return (found, null);
                }
                catch (DevToolsException e)
                {
                    why ??= e.Message; // between two documents there is nothing to ask
                }
                await Task.Delay(Pause, time, limit).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return (null, why ?? $"{selector} was not found in time");
        }
    }

    /// <returns>The value; undefined when the expression threw.</returns>
    private async Task<JsonElement> EvaluateAsync(string expression, CancellationToken limit)
    {
        var said = await CallAsync("Runtime.evaluate", new JsonObject { ["expression"] = expression, ["returnByValue"] = true, ["silent"] = true }, limit).ConfigureAwait(false);
        return !said.TryGetProperty("exceptionDetails", out _) && said.TryGetProperty("result", out var result) && result.TryGetProperty("value", out var value) ? value : default;
    }

    private Task<JsonElement> CallAsync(string method, JsonObject? parameters, CancellationToken limit) => tools.CallAsync(method, parameters, session, limit);

    private static bool IsTrue(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static string Json(string text) => JsonSerializer.Serialize(text);

    private static string Cut(string text) => text.Length <= 120 ? text : $"{text.AsSpan(0, 119)}…";
}
