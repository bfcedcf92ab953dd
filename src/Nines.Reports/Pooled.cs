using Nines.Ledger.Availability;
using Nines.Ledger.Reports;

namespace Nines.Reports;

/// <summary>Several components as one figure: the mean of theirs, each for the time that is counted of it.</summary>
public static class Pooled
{
    /// <returns>Null when nothing of any is known. 1 only where nothing at all was lost.</returns>
    public static Share? Availability(IEnumerable<SeenTime> components)
    {
        var known = components.Where(component => component.Availability is not null).ToList();
        if (known is [var only]) return only.Availability;
        decimal counted = known.Sum(component => (decimal)component.Tally.Counted.BclCompatibleTicks);
        if (counted == 0) return null;
        decimal Mean(Func<Share, decimal> of)
        {
            var mean = 1 - known.Sum(component => component.Tally.Counted.BclCompatibleTicks * (1 - of(component.Availability!.Value))) / counted;
            // A loss too small for the last digit must not make it whole.
            return mean == 1 && known.Exists(component => of(component.Availability!.Value) < 1) ? 1 - 1e-28m : mean;
        }
        return new Share(Mean(share => share.Low), Mean(share => share.Likely), Mean(share => share.High));
    }

    /// <value>0 to 1; 0 when none of the time was looked at.</value>
    public static decimal Coverage(IEnumerable<SeenTime> components)
    {
        decimal window = 0, seen = 0;
        foreach (var component in components)
        {
            decimal time = component.Tally.Window.BclCompatibleTicks;
            window += time;
            seen += time * component.Coverage;
        }
        return window == 0 ? 0 : seen / window;
    }
}
