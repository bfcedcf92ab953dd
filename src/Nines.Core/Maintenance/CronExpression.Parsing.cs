using System.Globalization;

namespace Nines.Core.Maintenance;

// Reading the five fields. A mistake names the field, the part of it, and what to write.
public sealed partial class CronExpression
{
    public const int MaxLength = 200;

    /// <summary>For "the last such day", beside 1 to 5 for the first to the fifth.</summary>
    private const int Last = 0;

    private static readonly string[] Months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] Weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    /// <param name="problem">What is wrong: the field, the part, why, and what to write; a sentence or two.</param>
    public static bool TryParse(string text, out CronExpression expression, out string problem)
    {
        expression = null!;
        var fields = text.Length > MaxLength ? [] : text.ToUpperInvariant().Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5)
        {
            problem = text.Length > MaxLength ? $"is longer than {MaxLength} characters."
                : $"has {fields.Length.ToString(CultureInfo.InvariantCulture)} field{(fields.Length == 1 ? "" : "s")}, not five: minute, hour, day of the month, month, day of the week. Try \"0 3 * * SUN\".";
            return false;
        }
        Field[] read =
        [
            new("the minute", 0, 59), new("the hour", 0, 23), new("the day of the month", 1, 31) { IsDay = true },
            new("the month", 1, 12) { Names = Months, FirstName = 1 }, new("the day of the week", 0, 7) { Names = Weekdays, IsWeekday = true },
        ];
        for (var i = 0; i < read.Length; i++)
            if (read[i].Read(fields[i]) is { } mistake)
            {
                problem = $"field {(i + 1).ToString(CultureInfo.InvariantCulture)}, {read[i].What}: {mistake}";
                return false;
            }
        var parsed = new CronExpression(string.Join(' ', fields), read[0], read[1], read[2], read[3], read[4]);
        problem = parsed.NeverHappens ? "never happens: no such month has such a day." : "";
        if (problem.Length > 0) return false;
        expression = parsed;
        return true;
    }

    /// <summary>One of the five fields while it is read.</summary>
    private sealed class Field(string what, int least, int most)
    {
        public string What => what;
        public string[] Names { get; init; } = [];
        public int FirstName { get; init; }
        public bool IsDay { get; init; }
        public bool IsWeekday { get; init; }

        public ulong Values { get; private set; }
        public bool IsAny { get; private set; }
        public List<int> BeforeLast { get; } = [];
        public List<int> Nearest { get; } = [];
        public List<(int Weekday, int Which)> Nth { get; } = [];

        /// <returns>What is wrong; null when nothing is.</returns>
        public string? Read(string field)
        {
            if (field is "*" or "?")
            {
                IsAny = true;
                for (var value = least; value <= most; value++) Values |= 1UL << value;
                return null;
            }
            foreach (var part in field.Split(','))
                if ((IsDay ? ReadDay(part) : IsWeekday ? ReadNth(part) : (false, null)) is var (taken, special) && (taken ? special : ReadRange(part)) is { } mistake)
                    return mistake;
            return null;
        }

        private string? ReadRange(string part)
        {
            if (part.Length == 0) return "there is nothing between two commas, or at an end of the list.";
            var (range, step, hasStep) = part.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? (part[..slash], part[(slash + 1)..], true) : (part, "1", false);
            if (!Number(step, out var by) || by < 1 || by > most) return $"'{part}': the step after / is 1 to {Text(most)}.";
            int from = least, to = IsWeekday ? 6 : most;
            if (range is not ("*" or "?"))
            {
                var ends = range.Split('-');
                if (ends.Length > 2) return $"'{part}': a range has two ends, as in {Text(least)}-{Text(most)}.";
                if (Value(ends[0]) is not { } first) return Unknown(ends[0]);
                from = first;
                if (ends.Length == 1 && !hasStep) to = from;
                if (ends.Length == 2)
                {
                    if (Value(ends[1]) is not { } second) return Unknown(ends[1]);
                    // A week may end on a Sunday.
                    to = IsWeekday && second == 0 && from > 0 ? 7 : second;
                    if (to < from) return $"'{part}': the range ends before it begins. Write it as two, {ends[0]}-{Text(most)},{Text(least)}-{ends[1]}.";
                }
            }
            for (var value = from; value <= to; value += by) Values |= 1UL << value;
            return null;
        }

        /// <returns>Whether it is one of the forms that only days of the month have, and what is wrong with it.</returns>
        private (bool Taken, string? Mistake) ReadDay(string part)
        {
            if (part is "L") return Take(BeforeLast, 0);
            if (part is "LW" or "WL") return Take(Nearest, DayRule.LastDay);
            if (part.StartsWith("L-", StringComparison.Ordinal))
                return Number(part[2..], out var before) && before is >= 1 and <= 30 ? Take(BeforeLast, before) : (true, $"'{part}': the number after L- is 1 to 30, days before the last.");
            if (part.EndsWith('W'))
                return Number(part[..^1], out var day) && day is >= 1 and <= 31 ? Take(Nearest, day) : (true, $"'{part}': W stands behind one day of the month, as in 15W.");
            return (false, null);
        }

        private (bool Taken, string? Mistake) ReadNth(string part)
        {
            if (part.IndexOf('#', StringComparison.Ordinal) is >= 0 and var hash)
            {
                if (Value(part[..hash]) is not { } weekday) return (true, Unknown(part[..hash]));
                return Number(part[(hash + 1)..], out var which) && which is >= 1 and <= 5 ? Take(Nth, (weekday == 0 ? 7 : weekday, which)) : (true, $"'{part}': the number after # is 1 to 5, the first to the fifth such day of a month.");
            }
            if (!part.EndsWith('L')) return (false, null);
            return Value(part[..^1]) is { } last ? Take(Nth, (last == 0 ? 7 : last, Last)) : (true, $"'{part}': L stands behind one day of the week, as in FRIL.");
        }

        private static (bool, string?) Take<T>(List<T> list, T value)
        {
            list.Add(value);
            return (true, null);
        }

        private int? Value(string text)
        {
            if (Array.IndexOf(Names, text) is >= 0 and var name) return name + FirstName;
            return Number(text, out var value) && value >= least && value <= most ? value : null;
        }

        private string Unknown(string text)
        {
            var shown = text.Length > 20 ? text[..20] + "…" : text;
            return Number(text, out _) ? $"'{shown}' is not within {Text(least)} to {Text(most)}."
                : $"'{shown}' is {(Names.Length > 0 ? $"neither a number from {Text(least)} to {Text(most)} nor one of {string.Join(", ", Names)}" : $"no number from {Text(least)} to {Text(most)}")}.";
        }

        private static bool Number(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && text.Length <= 3;

        private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
    }
}
