using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Journeys;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing.Browsers;

/// <summary>Each look starts a browser with a new profile, opens the page, makes the steps, and ends the browser.</summary>
public sealed class BrowserProbe : Probe
{
    /// <summary>A browser takes a second of a core and some hundred MiB: so many at once, over all probes.</summary>
    private const int AtOnce = 2;

    /// <summary>Kept of the look's time to say what was seen: a step that waits in vain is an answer, not silence.</summary>
    private static readonly TimeSpan Reserve = TimeSpan.FromMilliseconds(500);

    /// <summary>The first step begins when the page has loaded, or after this time.</summary>
    private static readonly TimeSpan MostLoading = TimeSpan.FromSeconds(5);

    private static readonly SemaphoreSlim Turns = new(AtOnce, AtOnce);

    private readonly BrowserOptions options;
    private readonly NetworkPath path;
    private readonly ProbeEnvironment environment;
    private readonly Duration timeout;
    private readonly SignalSchema schema;
    private readonly ImmutableArray<string> plain;
    private readonly Redaction redaction;

    public BrowserProbe(ProbeDefinition definition, BrowserOptions options, NetworkPath path, ProbeEnvironment environment)
    {
        (this.options, this.path, this.environment, timeout, schema) = (options, path, environment, definition.Timeout, definition.Signals);
        plain = [.. new BrowserProbeType().Signals.Where(signal => !signal.TakesArgument).Select(signal => signal.Name)];
        redaction = Redaction.For(options.Url, options.Secrets.Values);
    }

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        if (path.Rule is not null) return Ours("address_not_allowed: a browser connects to whatever a page names, so it is not for looks with a rule of addresses");
        if (path.SourceAddress is not null) return Ours("no_source_address: a browser cannot be told which address to connect from. Look from a vantage point without one");
        var begun = environment.Time.GetTimestamp();
        try
        {
            await Turns.WaitAsync(limit).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return Ours($"no_turn: {AtOnce} browsers at once are looking already. Look less often, or give more time");
        }
        try
        {
            var trouble = new PageTrouble(options.Url);
            await using var browser = Chromium.Start(options, path.VantagePoint.Proxy, trouble.Hear);
            return await LookAsync(browser.Tools, trouble, begun, limit).ConfigureAwait(false);
        }
        catch (NoBrowserException none)
        {
            return Ours(none.Message);
        }
        finally
        {
            Turns.Release();
        }
    }

    private async Task<Sight> LookAsync(DevTools tools, PageTrouble trouble, long begun, CancellationToken limit)
    {
        BrowserPage page;
        try
        {
            page = await BrowserPage.CreateAsync(tools, options, trouble, environment.Time, limit).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DevToolsException or KeyNotFoundException || e is OperationCanceledException && limit.IsCancellationRequested)
        {
            return Ours($"no_browser: the browser did not start: {e.Message}");
        }
        var left = timeout.ToTimeSpan() - environment.Time.GetElapsedTime(begun) - Reserve;
        if (left <= TimeSpan.Zero) return Ours("no_time: the browser's start took all the time of the look. Give it more");
        using var soon = new CancellationTokenSource(left, environment.Time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(limit, soon.Token);
        var opened = environment.Time.GetTimestamp();
        try
        {
            if (await page.OpenAsync(options.Url, patience.Token).ConfigureAwait(false) is { } error) return BrowserFailure.Of(error, HostPort.Of(options.Url).ToString()).ToSight(timeout, redaction);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return new PathFailure.TimedOut(Phases.Headers).ToSight(timeout, redaction);
        }
        catch (DevToolsException e)
        {
            return Ours($"no_browser: {e.Message}");
        }
        var loading = LoadTimeAsync(trouble.Loaded, opened, patience.Token);
        var journey = await MakeAsync(page, trouble, loading, patience.Token).ConfigureAwait(false);
        return Answer(journey, trouble, opened, loading.IsCompletedSuccessfully ? await loading.ConfigureAwait(false) : null);
    }

    /// <param name="Failed">The step that failed; empty when all passed.</param>
    private sealed record Journey(string Failed, string Why, IReadOnlyDictionary<string, Duration> Times, int Passed);

    private async Task<Journey> MakeAsync(BrowserPage page, PageTrouble trouble, Task<Duration?> loading, CancellationToken patience)
    {
        var times = new Dictionary<string, Duration>(StringComparer.Ordinal);
        if (options.Steps.IsDefaultOrEmpty) return await loading.ConfigureAwait(false) is null ? new Journey("load", "the page did not finish loading", times, 0) : new Journey("", "", times, 0);
        // A click on what no script answers yet would be lost, as a hasty person's is; some pages never finish loading, and are used all the same.
        await Task.WhenAny(loading, Task.Delay(MostLoading, environment.Time, patience)).ConfigureAwait(false);
        foreach (var step in options.Steps)
        {
            var started = environment.Time.GetTimestamp();
            using var own = new CancellationTokenSource((step.Timeout ?? timeout).ToTimeSpan(), environment.Time);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(patience, own.Token);
            string? why;
            try
            {
                why = await MakeAsync(page, step, limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                why = "it was not done in time";
            }
            catch (DevToolsException e)
            {
                why = trouble.Crashed ? "the page crashed" : e.Message;
            }
            times[step.Name] = Since(started);
            if (why is not null) return new Journey(step.Name, why, times, times.Count - 1);
        }
        return new Journey("", "", times, times.Count);
    }

    private async Task<string?> MakeAsync(BrowserPage page, BrowserStep step, CancellationToken limit)
    {
        if (step.Click is { } target) return await page.ClickAsync(target, limit).ConfigureAwait(false);
        if (step.Fill is { } field) return await page.FillAsync(field, Template.Parse(step.With!, out _).Fill(options.Secrets, value => value), limit).ConfigureAwait(false);
        if (step.See is { } seen) return await page.SeeAsync(seen, step.Text, limit).ConfigureAwait(false);
        var url = new Uri(step.Open!);
        return await page.OpenAsync(url, limit).ConfigureAwait(false) is { } error ? $"{HostPort.Of(url)}: {error}" : await page.LoadedAsync(limit).ConfigureAwait(false);
    }

    private Sight Answer(Journey journey, PageTrouble trouble, long opened, Duration? load)
    {
        var roundTrip = Since(opened);
        var passed = journey.Failed.Length == 0;
        var why = passed ? "" : trouble.First is { Length: > 0 } first ? $"{journey.Why}; {first}" : journey.Why;
        SignalValue[] values =
        [
            SignalValue.Of(roundTrip.TotalSeconds),
            trouble.Status is { } status ? SignalValue.Of((double)status) : SignalValue.Missing,
            SignalValue.Of(load),
            SignalValue.Of(passed),
            SignalValue.Of(!passed && trouble.IsOwn),
            SignalValue.Of((double)journey.Passed),
            SignalValue.Of(journey.Failed),
            SignalValue.Of(redaction.Apply(why)),
            SignalValue.Of((double)trouble.ScriptErrors),
            SignalValue.Of((double)trouble.Requests),
            SignalValue.Of((double)trouble.RequestsFailed),
            SignalValue.Of(trouble.WalletAsked),
        ];
        return new Sight(new Outcome.Answered(roundTrip),
        [
            .. schema.Signals.Select(signal => signal.Test is null
                ? values[plain.IndexOf(signal.Definition.Name)]
                : journey.Times.TryGetValue(signal.Argument!, out var time) ? SignalValue.Of(time.TotalSeconds) : SignalValue.Missing),
        ], NeedsControl: !passed && trouble.NeedsControl);
    }

    /// <returns>Null when the page did not finish loading within the limit.</returns>
    private async Task<Duration?> LoadTimeAsync(Task loaded, long opened, CancellationToken limit)
    {
        try
        {
            await loaded.WaitAsync(limit).ConfigureAwait(false);
            return Since(opened);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return null;
        }
    }

    private static Sight Ours(string reason) => new(new Outcome.ProbeFault(reason), []);

    private Duration Since(long started) => Duration.FromTimeSpan(environment.Time.GetElapsedTime(started));
}
