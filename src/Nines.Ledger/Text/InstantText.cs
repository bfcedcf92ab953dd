using NodaTime;
using NodaTime.Text;

namespace Nines.Ledger.Text;

/// <summary>Instants as people are told them, always UTC: <c>2026-01-01 12:00:01.204</c>.</summary>
public static class InstantText
{
    private static readonly InstantPattern Fine = InstantPattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm:ss.fff");
    private static readonly InstantPattern Time = InstantPattern.CreateWithInvariantCulture("HH:mm:ss.fff");

    public static string Of(Instant instant) => Fine.Format(instant);

    /// <summary>Without the day, for sentences in which the day was said.</summary>
    public static string TimeOf(Instant instant) => Time.Format(instant);

    /// <summary>The other end of a stretch whose beginning was said: with its day only where that is another one.</summary>
    public static string Later(Instant said, Instant instant) => said.InUtc().Date == instant.InUtc().Date ? Time.Format(instant) : Fine.Format(instant);
}
