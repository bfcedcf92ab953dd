using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Http;
using NodaTime;

namespace Nines.Probing.StatusPages;

/// <summary>
/// Reads a status page. A page that cannot be read says nothing about the provider (it is usually someone else's machine), so
/// that is never the provider's failure, but a look that could not be made.
/// </summary>
public sealed class StatusPageProbe : Probe
{
    /// <summary>Some pages list hundreds of components.</summary>
    private const int MostBytes = 4 << 20;

    private readonly StatusPageOptions options;
    private readonly ProbeEnvironment environment;
    private readonly Readout readout;
    private readonly Redaction redaction;
    private readonly JsonSource source;

    public StatusPageProbe(ProbeDefinition definition, StatusPageOptions options, NetworkPath path, ProbeEnvironment environment)
    {
        (this.options, this.environment) = (options, environment);
        readout = new Readout(definition.Signals, new StatusPageProbeType().Signals);
        redaction = Redaction.For(options.Url, options.Headers.Values);
        source = new JsonSource(options.Http, path, environment, definition.Timeout, redaction, MostBytes);
    }

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        var started = environment.Time.GetTimestamp();
        var (reply, failure) = await source.GetAsync(options.Summary, limit).ConfigureAwait(false);
        if (reply is null) return Unread(failure.Outcome switch
        {
            Outcome.Refused refused => $"{refused.Code}: {refused.Message}",
            Outcome.TimedOut late => $"no answer within {late.Limit.TotalSeconds:0.###} s ({late.Phase})",
            Outcome.ProbeFault fault => fault.Reason,
            Outcome.Answered => "it gave no answer",
            _ => throw new InvalidOperationException("Outcome is a closed hierarchy."),
        }, failure.NeedsControl);
        if (reply.Status is not 200) return Unread($"HTTP status {reply.Status}");
        if (reply.Cut) return Unread($"its summary is longer than {MostBytes >> 20} MiB");
        using var json = reply.Parse();
        if (json is null || PageSummary.Read(json.RootElement) is not { } page) return Unread("what it answered is not a Statuspage summary");
        var missing = options.Components.Where(wanted => !page.Components.Any(component => component.Is(wanted))).ToList();
        if (missing.Count > 0)
        {
            var there = string.Join(", ", page.Components.Select(component => component.Name).Take(20));
            return Unread($"it has no component {string.Join(", ", missing)}; it has {there}. Mend components in the config");
        }
        return Read(page, Duration.FromTimeSpan(environment.Time.GetElapsedTime(started)));
    }

    public override ValueTask DisposeAsync() => source.DisposeAsync();

    private Sight Read(PageSummary page, Duration roundTrip)
    {
        var named = page.Named(options.Components).ToList();
        var maintenance = named.Exists(component => component.Status == PageSummary.UnderMaintenance);
        var counted = options.IncludeMaintenance ? named : named.FindAll(component => component.Status != PageSummary.UnderMaintenance);
        SignalValue[] plain =
        [
            SignalValue.Of(roundTrip.TotalSeconds),
            Text(page.Indicator ?? PageSummary.Unknown),
            SignalValue.Of(PageSummary.Worst(counted)),
            SignalValue.Of(maintenance && options.IncludeMaintenance),
            SignalValue.Of((double)named.Count(component => component.Status is "partial_outage" or "major_outage")),
            SignalValue.Of((double)page.IncidentsOpen),
            Text(page.Incident),
            SignalValue.Of((double)page.MaintenancesInProgress),
            page.Updated is { } updated ? SignalValue.Of(Math.Max(0, (environment.Now() - updated).TotalSeconds)) : SignalValue.Missing,
        ];
        var answer = new Answer("") { Header = name => page.Components.FirstOrDefault(component => component.Is(name))?.Status };
        return new Sight(new Outcome.Answered(roundTrip), readout.Read(plain, answer));
    }

    private static SignalValue Text(string? text) => text is null ? SignalValue.Missing : SignalValue.Of(text.Length <= 200 ? text : text[..200]);

    private Sight Unread(string why, bool needsControl = false) => new(new Outcome.ProbeFault(redaction.Apply($"page_unread: the status page says nothing: {why}")), [], needsControl);
}
