using System.Collections.Immutable;
using System.Globalization;
using Nines.Pricing.Plan;
using Nines.Pricing.Series;

namespace Nines.Pricing.Staking.Ethereum;

/// <summary>What the network did by epoch: the same always, or a series. It says when there was an inactivity leak.</summary>
internal sealed class NetworkHistory
{
    private const string Form = "A row is an epoch and the shares of stake whose votes counted, such as 411439,0.98,0.75,0.61 under epoch,source,target,head";

    private readonly EthereumNetwork network;
    private readonly long active;
    private readonly ParticipationOptions shares;
    private readonly Dictionary<long, Row> rows = [];
    private readonly Dictionary<EpochConditions, EpochRewards> made = [];

    private readonly record struct Row(decimal Source, decimal Target, decimal Head, long? Active, int? FinalityDelay);

    /// <param name="active">Increments that are active where no row says otherwise.</param>
    /// <exception cref="PricingException">NIN4253, NIN4273: the file cannot be read or used.</exception>
    public NetworkHistory(EthereumNetwork network, long active, ParticipationOptions shares, PlanFiles files)
    {
        (this.network, this.active, this.shares) = (network, active, shares);
        Source = "the config";
        if (shares.File is not { } path) return;
        var (bytes, digest) = files.Read(path);
        Read(new CsvTable(bytes, PlanFiles.Name(path), "NIN4273", Form));
        Source = $"{PlanFiles.Name(path)} (sha256 {digest[..12]})";
    }

    public string Source { get; }

    /// <summary>The rewards of so many epochs from one on.</summary>
    public ImmutableArray<EpochRewards> Of(long first, int count)
    {
        var delays = FinalityDelays(first, count);
        var rewards = ImmutableArray.CreateBuilder<EpochRewards>(count);
        for (var i = 0; i < count; i++)
        {
            var row = At(first + i);
            var total = row.Active ?? active;
            var conditions = new EpochConditions(
                total, Increments(row.Source, total), Increments(row.Target, total), Increments(row.Head, total), delays[i] > EthereumNetwork.EpochsToLeak, network.ForkAt(first + i));
            if (!made.TryGetValue(conditions, out var known)) made.Add(conditions, known = new EpochRewards(network, conditions));
            rewards.Add(known);
        }
        return rewards.MoveToImmutable();
    }

    /// <summary>
    /// get_finality_delay when each epoch's duties are settled, at the end of the next one: from the series, or told by its target votes: an epoch
    /// with two thirds of them is justified, and one is finalized when the next is justified too. What is before the first that is known was final.
    /// </summary>
    private int[] FinalityDelays(long first, int count)
    {
        var known = first;
        while (rows.ContainsKey(known - 1)) known--;
        var delays = new int[count];
        var final = known - 2;
        for (var epoch = known; epoch < first + count; epoch++)
        {
            if (IsJustified(epoch) && IsJustified(rows.Count > 0 && !rows.ContainsKey(epoch + 1) ? epoch : epoch + 1)) final = epoch;
            if (epoch >= first) delays[epoch - first] = At(epoch).FinalityDelay ?? (int)Math.Min(int.MaxValue, epoch - final);
        }
        return delays;
    }

    private bool IsJustified(long epoch)
    {
        var row = At(epoch);
        var total = row.Active ?? active;
        return Increments(row.Target, total) * 3 >= total * 2;
    }

    private Row At(long epoch)
    {
        if (rows.TryGetValue(epoch, out var row)) return row;
        if (rows.Count > 0 && !shares.Given)
            throw new PricingException("NIN4273", $"{Source} has no row for epoch {epoch} of {network.Name}. Add it, or say with participation: source, target and head what holds where there is none.");
        return new Row(shares.Source ?? 1, shares.Target ?? 1, shares.Head ?? 1, null, null);
    }

    private static long Increments(decimal share, long total) => (long)Math.Floor(share * total);

    private void Read(CsvTable table)
    {
        int Column(string name) => Array.FindIndex(table.Columns, column => column.Equals(name, StringComparison.OrdinalIgnoreCase));
        int[] at = [Column("epoch"), Column("source"), Column("target"), Column("head")];
        var (total, delay) = (Column("active"), Column("finality_delay"));
        if (at.Contains(-1)) throw table.Wrong("the header has to name epoch, source, target and head; active (increments) and finality_delay (epochs) may be beside them");
        while (table.Next(at.Max() + 1) is { } cells)
        {
            if (!long.TryParse(cells[at[0]], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)) throw table.Wrong($"'{CsvTable.Shown(cells[at[0]])}' is no epoch");
            var row = new Row(Share(table, cells[at[1]]), Share(table, cells[at[2]]), Share(table, cells[at[3]]), Whole(table, cells, total, EpochRewards.MostActive), (int?)Whole(table, cells, delay, int.MaxValue));
            if (!rows.TryAdd(epoch, row)) throw table.Wrong($"epoch {epoch} is there twice");
        }
    }

    private static decimal Share(CsvTable table, string cell) =>
        decimal.TryParse(cell, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1
            ? share
            : throw table.Wrong($"'{CsvTable.Shown(cell)}' is no share from 0 to 1");

    private static long? Whole(CsvTable table, IReadOnlyList<string> cells, int column, long most)
    {
        if (column < 0 || column >= cells.Count || cells[column].Length == 0) return null;
        return long.TryParse(cells[column], NumberStyles.None, CultureInfo.InvariantCulture, out var whole) && whole <= most
            ? whole
            : throw table.Wrong($"'{CsvTable.Shown(cells[column])}' is not a whole number up to {most:N0}");
    }
}
