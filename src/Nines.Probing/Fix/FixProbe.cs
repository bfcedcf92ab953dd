using System.Globalization;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Http;
using Nines.Probing.Orders;
using Nines.Probing.Paths;
using Nines.Probing.Venues;
using NodaTime;

namespace Nines.Probing.Fix;

/// <summary>Reads what the session brought that <see cref="FixLink"/> holds, and sends an order when one is due.</summary>
public sealed class FixProbe : Probe
{
    private readonly FixOptions options;
    private readonly NetworkPath path;
    private readonly ProbeEnvironment environment;
    private readonly Duration timeout;
    private readonly Readout readout;
    private readonly FixLink link;
    private readonly OrderPace? pace;
    private readonly (JsonSource Source, JsonPath At)? market;

    public FixProbe(ProbeDefinition definition, FixOptions options, NetworkPath path, ProbeEnvironment environment)
    {
        (this.options, this.path, this.environment, timeout) = (options, path, environment, definition.Timeout);
        readout = new Readout(definition.Signals, new FixProbeType().Signals);
        string?[] secrets = [options.Username, options.Password, options.Sign?.Key, .. options.LogonFields.Values];
        var redaction = new Redaction(secrets.OfType<string>());
        link = new FixLink(options, path, environment, definition.Timeout, redaction);
        if (options.Orders is not { } orders) return;
        pace = new OrderPace(orders);
        if (orders.Market is not { } price) return;
        var http = new HttpOptions { Url = price.Url, CaFile = options.CaFile };
        var at = JsonPath.TryParse(price.At, out var read, out var mistake) ? read : throw new ArgumentException(mistake);
        market = (new JsonSource(http, path, environment, definition.Timeout, redaction, environment.MaxAnswerBytes), at);
    }

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        var started = environment.Time.GetTimestamp();
        var (view, failure) = await link.SeeAsync(limit).ConfigureAwait(false);
        if (view is null) return failure;
        if (view.Stands && pace is not null && options.Orders is { } terms && pace.IsDue(environment.Now())) pace.Tell(await TripAsync(terms, limit).ConfigureAwait(false), environment.Now());
        var roundTrip = Duration.FromTimeSpan(environment.Time.GetElapsedTime(started));
        return new Sight(new Outcome.Answered(roundTrip), readout.Read(Values(view), null)) { NewsDelay = NewsDelay(view, started) };
    }

    /// <summary>A session is known to be well as of its last message, orders as of the last one: what came later is still to be heard of.</summary>
    private Duration NewsDelay(FixView view, long started)
    {
        if (!view.Stands || view.Unanswered is not null) return Duration.Zero;
        var known = pace is { Known: { } order } && order < view.LastIn ? order : view.LastIn;
        var began = environment.Now() - Duration.FromTimeSpan(environment.Time.GetElapsedTime(started));
        return Duration.Max(Duration.FromMilliseconds(1), began - known);   // never none: what ended did so since the message before, not since the look before
    }

    public override void HoldTripwire(Action<TripwireEvent> broke) => link.HoldTripwire(broke);

    public override async ValueTask DisposeAsync()
    {
        await link.DisposeAsync().ConfigureAwait(false);
        if (market is { } read) await read.Source.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>One order, unless the market is too near; within its own limit, and some time before that of the look.</summary>
    private async Task<TripResult> TripAsync(FixOrderTerms terms, CancellationToken limit)
    {
        using var enough = new CancellationTokenSource(Duration.Min(terms.Limit, timeout * 0.8).ToTimeSpan(), environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit, enough.Token);
        decimal? price = null;
        if (market is { } place && terms.Market is { } source)
        {
            environment.Requests.Count(path.VantagePoint.Id, HostPort.Of(source.Url).ToString(), environment.Time);
            var (reply, _) = await place.Source.GetAsync(source.Url, either.Token).ConfigureAwait(false);
            using var json = reply is { Status: >= 200 and <= 299 } ? reply.Parse() : null;
            price = json is not null && JsonPath.Written(place.At.Find(json.RootElement)) is { } text && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
            if (price is null) return new TripResult.Ours("no order was sent, for the market's price could not be read");
        }
        return terms.Forbids(terms.Price, price) is { } why ? new TripResult.Ours($"no order was sent: {why}") : await link.TripAsync(terms, either.Token).ConfigureAwait(false);
    }

    private SignalValue[] Values(FixView view)
    {
        var now = environment.Now();
        return
        [
            SignalValue.Of(view.Stands),
            SignalValue.Of(view.Stands ? Duration.Max(Duration.Zero, now - view.LastIn) : null),
            SignalValue.Of(view.Unanswered is { } last ? Duration.Max(Duration.Zero, now - last) : Duration.Zero),
            SignalValue.Of(view.RoundTrip),
            SignalValue.Of(view.SequenceReset),
            SignalValue.Of((double)view.Reconnects),
            SignalValue.Of((double)view.Gaps),
            SignalValue.Of((double)view.Garbled),
            SignalValue.Of((double)view.Rejects),
            options.Status == FixStatusSource.None ? SignalValue.Missing : SignalValue.Of(view.Trading is { } trading ? TradingWords.Text(trading.Status) : "untold"),
            view.Trading is { } said ? SignalValue.Of(said.Word) : SignalValue.Missing,
            SignalValue.Of(view.Trading?.Status == TradingStatus.Maintenance),
            SignalValue.Of(view.Clock?.Surely ?? Duration.Zero),
            SignalValue.Of(view.Clock?.Offset),
            SignalValue.Of(view.Clock?.Uncertainty),
            SignalValue.Of((double)(pace?.Failures ?? 0)),
            SignalValue.Of(pace?.Took),
            pace?.Refusal is { } refusal ? SignalValue.Of(refusal) : SignalValue.Missing,
            pace?.Note is { } note ? SignalValue.Of(note) : SignalValue.Missing,
        ];
    }
}
