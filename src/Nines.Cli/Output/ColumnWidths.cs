namespace Nines.Cli.Output;

/// <summary>How wide the columns of a drawn table are, so that it fits the terminal and no word of it is broken.</summary>
internal static class ColumnWidths
{
    /// <summary>A cell up to this long stays on one line where that is possible: an instant, a length with its bounds.</summary>
    private const int KeptWhole = 24;

    /// <summary>Longer words, such as addresses, may be broken.</summary>
    private const int LongestWord = 40;

    /// <summary>What a table costs beside its cells: three columns of characters each, and one.</summary>
    private const int BesideEach = 3, BesideAll = 1;

    /// <returns>A width a column; null when the table would have to break words to fit.</returns>
    public static int[]? Fitting(Table table, int width)
    {
        var room = width - BesideEach * table.Columns.Length - BesideAll;
        return Shrunk(table, room, text => text.Length <= KeptWhole ? text.Length : LongestIn(text)) ?? Shrunk(table, room, LongestIn);
    }

    /// <summary>Takes from the widest column that can give, until all fit.</summary>
    private static int[]? Shrunk(Table table, int room, Func<string, int> least)
    {
        var columns = Enumerable.Range(0, table.Columns.Length).ToArray();
        int[] widths = [.. columns.Select(column => Cells(table, column).Max(text => text.Length))];
        int[] floors = [.. columns.Select(column => Cells(table, column).Max(least))];
        if (floors.Sum() > room) return null;
        for (var over = widths.Sum() - room; over > 0; over--) widths[columns.Where(column => widths[column] > floors[column]).MaxBy(column => widths[column])]--;
        return widths;
    }

    private static IEnumerable<string> Cells(Table table, int column) => table.Rows.Select(row => row[column]).Prepend(table.Columns[column]);

    private static int LongestIn(string text) => Math.Min(LongestWord, text.Split(' ').Max(word => word.Length));
}
