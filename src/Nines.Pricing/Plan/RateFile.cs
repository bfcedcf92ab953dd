using System.Globalization;
using Nines.Pricing.Money;
using NodaTime;
using NodaTime.Text;

namespace Nines.Pricing.Plan;

/// <summary>Rates from the config and from the CSV that it names.</summary>
internal static class RateFile
{
    private static readonly string[] Columns = ["date", "currency", "rate"];

    /// <exception cref="PricingException">NIN4253: the file cannot be read. NIN4252: a row of it is wrong.</exception>
    public static RateTable Open(RatesOptions? options, PlanFiles files)
    {
        if (options is null) return new RateTable(Currency.Usd, [], "pricing: rates is not given");
        var own = options.Days.Select(day => new Rate(day.Date.InUtc().Date, day.Currency, day.Rate));
        if (options.File is not { } path) return new RateTable(options.Base, own, "the config's rates", options.MaxAgeDays);
        var (bytes, digest) = files.Read(path);
        return new RateTable(options.Base, own.Concat(Read(bytes, PlanFiles.Name(path))), $"{PlanFiles.Name(path)} (sha256 {digest[..12]})", options.MaxAgeDays);
    }

    private static IEnumerable<Rate> Read(byte[] bytes, string name)
    {
        var table = new CsvTable(bytes, name, "NIN4252", Form);
        int[] at = [.. Columns.Select(column => Array.FindIndex(table.Columns, cell => cell.Equals(column, StringComparison.OrdinalIgnoreCase)))];
        if (at.Contains(-1)) throw table.Wrong($"the first line has to name the columns {string.Join(", ", Columns)}");
        while (table.Next(at.Max() + 1) is { } cells)
        {
            if (!LocalDatePattern.Iso.Parse(cells[at[0]]).TryGetValue(default, out var date)) throw table.Wrong($"'{CsvTable.Shown(cells[at[0]])}' is not a day such as 2026-01-31");
            if (!Currency.TryParse(cells[at[1]], out var currency)) throw table.Wrong($"'{CsvTable.Shown(cells[at[1]])}' is not a currency such as USD or ETH");
            if (!decimal.TryParse(cells[at[2]], NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var rate)) throw table.Wrong($"'{CsvTable.Shown(cells[at[2]])}' is not a number");
            yield return new Rate(date, currency, rate);
        }
    }

    private const string Form = "A row is a day, a currency, and what one of it was worth: 2026-01-31,ETH,2950.10";
}
