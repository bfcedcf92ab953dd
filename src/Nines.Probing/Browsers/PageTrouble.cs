using System.Text.Json;
using Nines.Probing.Http;

namespace Nines.Probing.Browsers;

/// <summary>What the browser tells of a page while it is used: its requests, its errors. Filled by the reading thread, read by the look.</summary>
internal sealed class PageTrouble(Uri page)
{
    /// <summary>A page may make requests without end: beyond so many they are counted and not told apart.</summary>
    private const int MostRequests = 10_000;

    private readonly Lock gate = new();
    private volatile TaskCompletionSource loading = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, Uri> open = new(StringComparer.Ordinal);
    private string? firstError, firstFailure, firstOwnFailure;

    public int Requests { get; private set; }
    public int RequestsFailed { get; private set; }
    public int ScriptErrors { get; private set; }
    public bool WalletAsked { get; private set; }

    /// <summary>Status of the newest document in the main frame; null before one came.</summary>
    public int? Status { get; private set; }

    /// <summary>A request failed in a way that our own network would explain.</summary>
    public bool NeedsControl { get; private set; }

    /// <summary>The page itself is gone: its process ended.</summary>
    public bool Crashed { get; private set; }

    /// <summary>Done when the page that was opened last has loaded.</summary>
    public Task Loaded => loading.Task;

    /// <summary>Another page is about to be opened.</summary>
    public void ExpectLoad() => loading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether the page's own side had trouble: a script that threw, a request to its own origin that failed.</summary>
    public bool IsOwn
    {
        get
        {
            lock (gate) return Crashed || firstError is not null || firstOwnFailure is not null;
        }
    }

    /// <summary>The first trouble in words; empty without any.</summary>
    public string First
    {
        get
        {
            lock (gate) return firstError ?? firstOwnFailure ?? firstFailure ?? "";
        }
    }

    public void Hear(string method, JsonElement said)
    {
        try
        {
            lock (gate) Note(method, said);
        }
        catch (InvalidOperationException)
        {
            // Half a character in it: scripts can make such texts. What else the message says is passed over.
        }
    }

    /// <summary>The frame that the page is in; known before it is opened.</summary>
    public string? MainFrame { get; set; }

    private void Note(string method, JsonElement said)
    {
        switch (method)
        {
            case "Network.requestWillBeSent":
                Requests++;
                if (open.Count < MostRequests && Text(said, "requestId") is { } sent && Uri.TryCreate(Text(said, "request", "url"), UriKind.Absolute, out var url)) open[sent] = url;
                break;
            case "Network.responseReceived" when said.TryGetProperty("response", out var response) && response.TryGetProperty("status", out var code) && code.TryGetInt32(out var status):
                // Frames inside the page have documents of their own; the main frame's has no loader before it.
                if (Text(said, "type") == "Document" && Text(said, "frameId") == MainFrame) Status = status;
                if (status >= 400 && Text(said, "requestId") is { } answered) Fail(answered, $"status {status}");
                break;
            case "Network.loadingFailed" when Text(said, "requestId") is { } failed && !(said.TryGetProperty("canceled", out var canceled) && canceled.ValueKind == JsonValueKind.True):
                var error = Text(said, "errorText") ?? "failed";
                NeedsControl |= BrowserFailure.NeedsControl(error);
                Fail(failed, error);
                break;
            case "Network.loadingFinished" when Text(said, "requestId") is { } finished:
                open.Remove(finished);
                break;
            case "Runtime.exceptionThrown":
                ScriptErrors++;
                firstError ??= $"a script of the page threw: {FirstLine(Text(said, "exceptionDetails", "exception", "description") ?? Text(said, "exceptionDetails", "text") ?? "")}";
                break;
            case "Runtime.bindingCalled" when Text(said, "name") == TestWalletScript.Asked:
                WalletAsked = true;
                break;
            case "Page.loadEventFired":
                loading.TrySetResult();
                break;
            case "Inspector.targetCrashed":
                Crashed = true;
                firstError ??= "the page crashed";
                break;
            default:
                break;
        }
    }

    private void Fail(string request, string why)
    {
        if (!open.Remove(request, out var url) || url.AbsolutePath == "/favicon.ico") return; // that one the browser asks for by itself
        RequestsFailed++;
        var said = $"{Cut(url.GetLeftPart(UriPartial.Path), 200)}: {why}";
        firstFailure ??= said;
        if (HttpRequests.SameOrigin(url, page)) firstOwnFailure ??= said;
    }

    private static string? Text(JsonElement from, params ReadOnlySpan<string> way)
    {
        foreach (var name in way)
            if (from.ValueKind != JsonValueKind.Object || !from.TryGetProperty(name, out from)) return null;
        return from.ValueKind == JsonValueKind.String ? from.GetString() : null;
    }

    private static string FirstLine(string text) => Cut(text.AsSpan()[..(text.IndexOf('\n', StringComparison.Ordinal) is >= 0 and var end ? end : text.Length)].ToString(), 200);

    private static string Cut(string text, int most) => text.Length <= most ? text : $"{text.AsSpan(0, most - 1)}…";
}
