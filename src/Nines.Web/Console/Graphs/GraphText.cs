using System.Globalization;
using System.Text;

namespace Nines.Web.Console.Graphs;

/// <summary>Numbers and paths of drawings.</summary>
internal static class GraphText
{
    public static string Of(double value) => Math.Round(value, 1).ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>A smooth path through the points, level where it leaves and comes to a column.</summary>
    public static string PathOf(PlacedLine line)
    {
        var path = new StringBuilder(FormattableString.Invariant($"M{Of(line.Points[0].X)} {Of(line.Points[0].Y)}"));
        for (var i = 1; i < line.Points.Length; i++)
        {
            var (from, to) = (line.Points[i - 1], line.Points[i]);
            var middle = (from.X + to.X) / 2;
            path.Append(from.Y == to.Y ? $"H{Of(to.X)}" : $"C{Of(middle)} {Of(from.Y)} {Of(middle)} {Of(to.Y)} {Of(to.X)} {Of(to.Y)}");
        }
        return path.ToString();
    }

    /// <summary>As much of a name as fits into a box.</summary>
    public static string Short(string name, int most) => name.Length <= most ? name : name[..(most - 1)] + "…";
}
