using System.Globalization;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Http;
using NodaTime;

namespace Nines.Probing.Oracles;

/// <summary>An independent price.</summary>
/// <param name="Price">Above 0; null when there is none that counts.</param>
/// <param name="Failure">Why not; null when there is one.</param>
internal sealed record Reference(double? Price, string? Failure);

/// <summary>A price in the JSON answer of a web server.</summary>
internal sealed class PriceSource : IAsyncDisposable
{
    private readonly Uri url;
    private readonly JsonPath path;
    private readonly JsonSource source;

    public PriceSource(Uri url, string price, ProbeDefinition definition, NetworkPath network, ProbeEnvironment environment)
    {
        this.url = url;
        path = JsonPath.TryParse(price, out var read, out var wrong) ? read : throw new FormatException(wrong);
        source = new JsonSource(new HttpOptions { Url = url }, network, environment, definition.Timeout, Redaction.For(url, []), environment.MaxAnswerBytes);
    }

    /// <returns>The price, or why there is none; never throws for what the server sent or failed to send.</returns>
    public async Task<Reference?> ReadAsync(CancellationToken limit)
    {
        var (reply, failure) = await source.GetAsync(url, limit).ConfigureAwait(false);
        if (reply is null) return new Reference(null, failure.Outcome switch
        {
            Outcome.Refused refused => $"the reference: {refused.Message}",
            Outcome.ProbeFault fault => $"the reference: {fault.Reason}",
            Outcome.TimedOut late => $"the reference did not answer in time ({late.Phase})",
            Outcome.Answered => "the reference gave nothing",
            _ => throw new InvalidOperationException("Outcome is a closed hierarchy."),
        });
        if (reply.Status is < 200 or > 299) return new Reference(null, $"the reference answered with HTTP status {reply.Status}");
        using var json = reply.Parse();
        if (json is null) return new Reference(null, "the reference's answer is not JSON");
        var value = path.Read(json.RootElement);
        var price = value.Text is { } text ? double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN : value.Number;
        return double.IsFinite(price) && price > 0 ? new Reference(price, null) : new Reference(null, "the reference's answer has no price above 0 there");
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();
}
