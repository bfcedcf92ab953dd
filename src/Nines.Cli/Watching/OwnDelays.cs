using System.Globalization;
using Nines.Ledger.Text;
using Nines.Probing.Scheduling;
using NodaTime;

namespace Nines.Cli.Watching;

/// <summary>Tells whoever runs the watcher that it gets too little time to look: what it does not see for that is unknown, and would stay so without a word.</summary>
internal sealed class OwnDelays
{
    /// <summary>Between two words of it at least.</summary>
    public static readonly Duration Between = Duration.FromMinutes(5);

    private Instant? told;
    private long delayed;
    private Duration ranLate;

    /// <summary>To be asked now and then.</summary>
    /// <returns>What to say; null while there is nothing new, or it was said only just now.</returns>
    public string? Word(SchedulerCounts counts, Instant now)
    {
        if (counts.Delayed == delayed || now - told < Between) return null;
        var (looks, late) = (counts.Delayed - delayed, counts.RanLate - ranLate);
        (told, delayed, ranLate) = (now, counts.Delayed, counts.RanLate);
        return string.Create(CultureInfo.InvariantCulture,
            $"This watcher gets too little processor time: {(looks == 1 ? "1 look counts" : $"{looks} looks count")} for nothing, because it ran late by {SpokenDuration.Of(late)} in all. What it could not see is unknown, never down. Give it more, or have it look less often.");
    }
}
