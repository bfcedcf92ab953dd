using System.Globalization;
using Nines.Core.Components;

namespace Nines.Core.Facts;

/// <summary>Names of outages that were imported: "shop-i7". The judge's are "shop-7", so that neither can be taken for the other.</summary>
public static class ImportedOutage
{
    /// <param name="number">1 and up, counted over all imports of the component.</param>
    public static string Name(ComponentId component, int number) => string.Create(CultureInfo.InvariantCulture, $"{component}-i{number}");

    /// <returns>Null for a name that no import gave.</returns>
    public static int? NumberOf(ComponentId component, string? outage)
    {
        var prefix = component.Value.Length + 2;
        return outage is not null && outage.Length > prefix && outage.StartsWith(component.Value, StringComparison.Ordinal) && outage.AsSpan(component.Value.Length, 2) is "-i"
            && int.TryParse(outage.AsSpan(prefix), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
