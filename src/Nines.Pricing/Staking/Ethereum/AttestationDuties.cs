using System.Globalization;
using Nines.Pricing.Plan;
using Nines.Pricing.Series;

namespace Nines.Pricing.Staking.Ethereum;

/// <summary>In which slots validators had to attest, as far as a file says: the duties of the beacon API, kept.</summary>
internal sealed class AttestationDuties
{
    private const string Form = "A row is a validator and a slot in which it had to attest: 123456,11520005 under validator,slot";

    private AttestationDuties(string source, IReadOnlyList<IReadOnlyDictionary<long, int>> placeByEpoch) => (Source, PlaceByEpoch) = (source, placeByEpoch);

    public string Source { get; }

    /// <summary>Of each validator, its place in the epoch, by epoch.</summary>
    public IReadOnlyList<IReadOnlyDictionary<long, int>> PlaceByEpoch { get; }

    /// <exception cref="PricingException">NIN4253, NIN4274: the file cannot be read or used.</exception>
    public static AttestationDuties Open(string path, PlanFiles files, int slotsPerEpoch)
    {
        var (bytes, digest) = files.Read(path);
        var table = new CsvTable(bytes, PlanFiles.Name(path), "NIN4274", Form);
        var (validator, slot) = (Array.IndexOf(table.Columns, "validator"), Array.IndexOf(table.Columns, "slot"));
        if (validator < 0 || slot < 0) throw table.Wrong("the header has to name validator and slot");
        var places = new Dictionary<string, Dictionary<long, int>>(StringComparer.Ordinal);
        while (table.Next(Math.Max(validator, slot) + 1) is { } cells)
        {
            if (!long.TryParse(cells[slot], NumberStyles.None, CultureInfo.InvariantCulture, out var at)) throw table.Wrong($"'{CsvTable.Shown(cells[slot])}' is no slot");
            if (!places.TryGetValue(cells[validator], out var own)) places.Add(cells[validator], own = []);
            if (!own.TryAdd(at / slotsPerEpoch, (int)(at % slotsPerEpoch))) throw table.Wrong($"validator {CsvTable.Shown(cells[validator])} has two slots in epoch {at / slotsPerEpoch}, and a validator attests once an epoch");
        }
        return new AttestationDuties($"{PlanFiles.Name(path)} (sha256 {digest[..12]})", [.. places.Values]);
    }
}
