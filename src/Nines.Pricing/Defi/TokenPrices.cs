using System.Collections.Immutable;
using System.Numerics;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using Nines.Pricing.Series;
using NodaTime;

namespace Nines.Pricing.Defi;

/// <summary>Prices of tokens by time. A price holds until the token's next.</summary>
internal sealed class TokenPrices
{
    private const string Form = "A row is a time, a token and what one of it is worth: 2026-03-02T09:13Z,ETH,2950.10 under time,token,price";
    private static readonly BigInteger One = BigInteger.Pow(10, FixedPoint.PriceDecimals);

    private readonly ImmutableDictionary<string, ImmutableArray<(Instant At, BigInteger Price)>> byToken;
    private readonly Currency currency;

    private TokenPrices(ImmutableDictionary<string, ImmutableArray<(Instant, BigInteger)>> byToken, Currency currency, string source) => (this.byToken, this.currency, Source) = (byToken, currency, source);

    public string Source { get; }

    /// <exception cref="PricingException">NIN4253, NIN4276: the file cannot be read or used.</exception>
    public static TokenPrices Open(string path, PlanFiles files, Currency currency)
    {
        var (bytes, digest) = files.Read(path);
        var table = new CsvTable(bytes, PlanFiles.Name(path), "NIN4276", Form);
        int[] at = [Array.IndexOf(table.Columns, "time"), Array.IndexOf(table.Columns, "token"), Array.IndexOf(table.Columns, "price")];
        if (at.Contains(-1)) throw table.Wrong("the header has to name time, token and price");
        var rows = new Dictionary<string, SortedDictionary<Instant, BigInteger>>(StringComparer.Ordinal);
        while (table.Next(at.Max() + 1) is { } cells)
        {
            if (!SeriesTime.TryParse(cells[at[0]], out var time)) throw table.Wrong($"'{CsvTable.Shown(cells[at[0]])}' is no time");
            if (FixedPoint.Parse(cells[at[2]], FixedPoint.PriceDecimals) is not { } price) throw table.Wrong($"'{CsvTable.Shown(cells[at[2]])}' is no price of 0 or more with at most {FixedPoint.PriceDecimals} decimals");
            if (!rows.TryGetValue(cells[at[1]], out var own)) rows.Add(cells[at[1]], own = []);
            var instant = time.Local.WithOffset(time.Offset ?? Offset.Zero).ToInstant();
            if (!own.TryAdd(instant, price) && own[instant] != price) throw table.Wrong($"{CsvTable.Shown(cells[at[1]])} has two prices at {instant}");
        }
        return new TokenPrices(
            rows.ToImmutableDictionary(pair => pair.Key, pair => pair.Value.Select(row => (row.Key, row.Value)).ToImmutableArray(), StringComparer.Ordinal), currency, $"{PlanFiles.Name(path)} (sha256 {digest[..12]})");
    }

    public bool Knows(string token) => token == currency.Code || byToken.ContainsKey(token);

    public IEnumerable<string> Tokens => byToken.Keys;

    /// <summary>The instants in (from, to) at which a price of one of the tokens changes.</summary>
    public IEnumerable<Instant> Changes(IEnumerable<string> tokens, Instant from, Instant to) =>
        tokens.Where(byToken.ContainsKey).SelectMany(token => byToken[token].Skip(FirstAfter(byToken[token], from)).TakeWhile(row => row.At < to).Select(row => row.At)).Distinct().Order();

    /// <summary>A token's price then, in units of 10^-18.</summary>
    /// <exception cref="PricingException">NIN4276: there is none, or none young enough.</exception>
    public BigInteger At(string token, Instant at, Duration longestAge)
    {
        if (token == currency.Code) return One;
        var rows = byToken[token];
        var next = FirstAfter(rows, at);
        if (next == 0 || at - rows[next - 1].At > longestAge)
            throw new PricingException("NIN4276", $"{Source} has no price of {token} at {at}, or in the {Core.Time.DurationText.Print(longestAge)} before{(next == 0 ? $"; its first is of {rows[0].At}" : $"; the nearest is of {rows[next - 1].At}")}. Add one, or allow older ones with max_price_age.");
        return rows[next - 1].Price;
    }

    private static int FirstAfter(ImmutableArray<(Instant At, BigInteger Price)> rows, Instant at)
    {
        int low = 0, high = rows.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (rows[middle].At <= at) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
