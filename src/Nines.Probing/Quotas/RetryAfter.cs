using System.Net.Http.Headers;
using NodaTime;

namespace Nines.Probing.Quotas;

/// <summary>How long an answer asks us to wait.</summary>
/// <remarks>Source: RFC 9110, section 10.2.3.</remarks>
internal static class RetryAfter
{
    /// <returns>In 0 to 1 h; null when the answer does not say, or not as the RFC writes it.</returns>
    public static Duration? Of(HttpResponseMessage response, Instant now)
    {
        if (!response.Headers.NonValidated.TryGetValues("Retry-After", out var values)) return null;
        if (!RetryConditionHeaderValue.TryParse(values.ToString(), out var retry)) return null;
        var wait = retry.Delta is { } delta ? Duration.FromTimeSpan(delta) : Instant.FromDateTimeOffset(retry.Date!.Value) - now;
        return Duration.Max(Duration.Zero, Duration.Min(RequestMeter.Longest, wait));
    }
}
