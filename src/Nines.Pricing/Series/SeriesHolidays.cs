using System.Collections.Immutable;
using System.Text;
using Nines.Pricing.Plan;
using NodaTime;
using NodaTime.Text;

namespace Nines.Pricing.Series;

/// <summary>The days that a config or its file calls holidays.</summary>
internal static class SeriesHolidays
{
    private const int MostDays = 20_000;

    public static bool TryParse(string text, out LocalDate day) => LocalDatePattern.Iso.Parse(text).TryGetValue(default, out day) && day.Year is >= SeriesTime.FirstYear and <= SeriesTime.LastYear;

    /// <exception cref="PricingException">NIN4267: a line of the file is no day.</exception>
    public static ImmutableHashSet<LocalDate> Open(SeriesOptions options, PlanFiles files)
    {
        var days = ImmutableHashSet.CreateBuilder<LocalDate>();
        foreach (var text in options.Holidays) days.Add(TryParse(text, out var day) ? day : throw new PricingException("NIN4267", $"series {options.Name}: '{text}' among its holidays is not a day. Write it as \"2026-12-25\"."));
        if (options.HolidaysFile is not { } path) return days.ToImmutable();

        using var reader = new StreamReader(new MemoryStream(files.Read(path).Bytes), Encoding.UTF8);
        for (var line = 1; reader.ReadLine() is { } text; line++)
        {
            var cell = text.Split(',', 2)[0].Trim().Trim('"');
            if (cell.Length == 0 || cell[0] == '#') continue;
            if (TryParse(cell, out var day)) days.Add(day);
            else if (line > 1 || char.IsAsciiDigit(cell[0])) throw Wrong(path, line, $"'{CsvTable.Shown(cell)}' is not a day");
            if (days.Count > MostDays) throw Wrong(path, line, $"there are more than {MostDays:N0} days");
        }
        return days.ToImmutable();
    }

    private static PricingException Wrong(string path, int line, string what) => new("NIN4267", $"{PlanFiles.Name(path)}:{line}: {what}. A line is a day from 2000 to 2100, such as 2026-12-25, with its name behind a comma if you like.");
}
