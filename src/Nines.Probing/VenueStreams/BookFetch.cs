using System.Globalization;
using Nines.Core;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Http;
using Nines.Probing.Paths;
using Nines.Probing.Venues;
using NodaTime;

namespace Nines.Probing.VenueStreams;

/// <summary>What a stream needs of its venue's REST interface: the book that its changes belong to, and whether the market moves.</summary>
internal sealed class BookFetch : IAsyncDisposable
{
    private const int MostLevels = 20_000;

    private readonly NetworkPath path;
    private readonly ProbeEnvironment environment;
    private readonly JsonSource source;
    private readonly (Uri Url, JsonPath Bids, JsonPath Asks, JsonPath? Sequence)? book;
    private readonly (Uri Url, JsonPath At)? progress;

    public BookFetch(VenueStreamOptions options, StreamShape shape, NetworkPath path, ProbeEnvironment environment, Duration timeout, Redaction redaction)
    {
        (this.path, this.environment) = (path, environment);
        JsonPath Parse(string text) => JsonPath.TryParse(VenueProbeType.Fill(text, options.Symbol), out var read, out var mistake) ? read : throw new ArgumentException(mistake);
        if (shape is { SnapshotByRest: true, Book: { } place } && options.Rest is { } rest)
        {
            var filled = place.Path.Replace("{symbol}", Uri.EscapeDataString(options.Symbol), StringComparison.Ordinal)
                .Replace("{depth}", shape.Depth.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            book = (new Uri(rest.AbsoluteUri.TrimEnd('/') + filled), Parse(place.Bids), Parse(place.Asks), place.Sequence is null ? null : Parse(place.Sequence));
        }
        if (options is { Progress: { } url, ProgressAt: { } at }) progress = (url, Parse(at));
        // The headers are for the stream: who serves REST may be somebody else.
        var http = new HttpOptions { Url = options.Rest ?? options.Progress ?? options.Url, CaFile = options.CaFile };
        source = new JsonSource(http, path, environment, timeout, redaction, options.MaxMessage);
    }

    public bool HasProgress => progress is not null;

    /// <returns>The book; or why there is none, and whether that may be ours.</returns>
    public async Task<(StreamEvent.Snapshot? Book, string? Why, bool Ours)> BookAsync(CancellationToken limit)
    {
        if (book is not { } place) return (null, "no REST interface is given", true);
        var (reply, failure) = await AskAsync(place.Url, limit).ConfigureAwait(false);
        if (reply is null) return (null, Words(failure), failure.NeedsControl || failure.Outcome is Outcome.ProbeFault);
        if (reply.Status is 429 or 418) return (null, $"HTTP status {reply.Status} for the snapshot", true);
        using var json = reply.Status is >= 200 and <= 299 ? reply.Parse() : null;
        if (json is null) return (null, $"HTTP status {reply.Status}, and no JSON, for the snapshot", false);
        if (PriceLevels.Read(place.Bids.Find(json.RootElement), MostLevels) is not { } bids || PriceLevels.Read(place.Asks.Find(json.RootElement), MostLevels) is not { } asks)
            return (null, "the snapshot has no bids or asks where the shape has them", false);
        var number = place.Sequence?.Read(json.RootElement) is { IsMissing: false } said && long.TryParse(said.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var whole) ? whole : (long?)null;
        return (new StreamEvent.Snapshot(bids, asks, number, null), null, false);
    }

    /// <returns>What REST says of how far the market is; null when it cannot be read.</returns>
    public async Task<string?> ProgressAsync(CancellationToken limit)
    {
        if (progress is not { } place) return null;
        var (reply, _) = await AskAsync(place.Url, limit).ConfigureAwait(false);
        using var json = reply is { Status: >= 200 and <= 299 } ? reply.Parse() : null;
        return json is not null && place.At.Find(json.RootElement) is { } found ? JsonPath.Written(found) : null;
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();

    private Task<(JsonReply? Reply, Sight Failure)> AskAsync(Uri url, CancellationToken limit)
    {
        environment.Requests.Count(path.VantagePoint.Id, HostPort.Of(url).ToString(), environment.Time);
        return source.GetAsync(url, limit);
    }

    private static string Words(Sight failure) => failure.Outcome switch
    {
        Outcome.Refused refused => $"{refused.Code}: {refused.Message}",
        Outcome.TimedOut late => $"no answer to the request for the snapshot ({late.Phase})",
        Outcome.ProbeFault fault => fault.Reason,
        Outcome.Answered => "",
        _ => throw new InvalidOperationException("Outcome is a closed hierarchy."),
    };
}
