using System.Collections.Immutable;

namespace Nines.Web.Console.Graphs;

/// <summary>What is to be placed.</summary>
/// <param name="Key">Differs for each.</param>
public sealed record GraphBox(string Key, double Width, double Height);

/// <summary>Where a box is: the left upper corner.</summary>
/// <param name="Column">0 and up, from the left.</param>
public sealed record PlacedBox(GraphBox Box, int Column, double X, double Y);

/// <summary>A line from the right side of one box to the left side of another, by these points.</summary>
public sealed record PlacedLine(string From, string To, ImmutableArray<(double X, double Y)> Points);

/// <summary>
/// A graph without cycles, drawn in columns: who needs stands left of what is needed, by the longest way (Sugiyama, Tagawa, Toda 1981: layers, then
/// fewer crossings by barycentres, then places). Boxes that no line touches stand apart, below. The same boxes and lines in the same order give the
/// same places. Pure.
/// </summary>
public sealed class LayeredGraph
{
    private const double BetweenColumns = 56, BetweenRows = 12;
    private const int Sweeps = 12, PlaceRounds = 6;

    /// <summary>Boxes column by column, top to bottom: the order in which they are read.</summary>
    public ImmutableArray<PlacedBox> Boxes { get; }

    public ImmutableArray<PlacedLine> Lines { get; }
    public double Width { get; }
    public double Height { get; }

    private LayeredGraph(ImmutableArray<PlacedBox> boxes, ImmutableArray<PlacedLine> lines)
    {
        (Boxes, Lines) = (boxes, lines);
        Width = boxes.IsEmpty ? 0 : boxes.Max(box => box.X + box.Box.Width);
        Height = boxes.IsEmpty ? 0 : boxes.Max(box => box.Y + box.Box.Height);
    }

    /// <param name="lines">Each from who needs to what is needed; one that names no box, or would close a cycle, is left out.</param>
    public static LayeredGraph Of(IReadOnlyList<GraphBox> boxes, IEnumerable<(string From, string To)> lines)
    {
        var index = boxes.Select((box, i) => (box.Key, i)).ToDictionary(one => one.Key, one => one.i, StringComparer.Ordinal);
        var known = lines.Where(line => line.From != line.To && index.ContainsKey(line.From) && index.ContainsKey(line.To)).Select(line => (index[line.From], index[line.To])).Distinct().ToList();
        var arcs = WithoutCycles(boxes.Count, known);
        var touched = arcs.SelectMany(arc => new[] { arc.From, arc.To }).ToHashSet();
        var columns = ColumnsOf(boxes.Count, arcs);
        var points = new List<Point>();
        for (var i = 0; i < boxes.Count; i++) points.Add(new Point { Box = i, Column = columns[i], Height = boxes[i].Height });
        var ways = arcs.Select(arc => WayOf(arc, columns, points)).ToList();

        var layers = points.Where(point => point.Box < 0 || touched.Contains(point.Box)).GroupBy(point => point.Column).OrderBy(layer => layer.Key).Select(layer => layer.ToList()).ToList();
        Order(layers, boxes.Count);
        Place(layers);
        return Assemble(boxes, touched, layers, points, ways);
    }

    /// <summary>A box, or the place where a line passes a column.</summary>
    private sealed class Point
    {
        /// <summary>Negative for the place of a line.</summary>
        public required int Box { get; init; }
        public required int Column { get; init; }
        public required double Height { get; init; }
        public List<Point> Before { get; } = [];
        public List<Point> After { get; } = [];
        public int Rank { get; set; }

        /// <summary>Of its middle.</summary>
        public double Y { get; set; }
    }

    /// <summary>Without those lines that lead back to where a way down from the first boxes came from.</summary>
    private static List<(int From, int To)> WithoutCycles(int count, List<(int From, int To)> arcs)
    {
        var next = arcs.ToLookup(arc => arc.From, arc => arc.To);
        var (state, kept) = (new byte[count], new List<(int, int)>());   // 1: on the way here, 2: done
        for (var start = 0; start < count; start++)
        {
            if (state[start] != 0) continue;
            var way = new Stack<(int At, IEnumerator<int> Next)>();
            Enter(start);
            while (way.TryPeek(out var top))
            {
                if (!top.Next.MoveNext())
                {
                    state[top.At] = 2;
                    way.Pop();
                    continue;
                }
                if (state[top.Next.Current] == 1) continue;
                kept.Add((top.At, top.Next.Current));
                if (state[top.Next.Current] == 0) Enter(top.Next.Current);
            }
            void Enter(int at)
            {
                state[at] = 1;
                way.Push((at, next[at].GetEnumerator()));
            }
        }
        return kept;
    }

    private static int[] ColumnsOf(int count, List<(int From, int To)> arcs)
    {
        var (columns, waits) = (new int[count], new int[count]);
        foreach (var (_, to) in arcs) waits[to]++;
        var next = arcs.ToLookup(arc => arc.From, arc => arc.To);
        var ready = new Queue<int>(Enumerable.Range(0, count).Where(i => waits[i] == 0));
        while (ready.TryDequeue(out var at))
        {
            foreach (var to in next[at])
            {
                columns[to] = Math.Max(columns[to], columns[at] + 1);
                if (--waits[to] == 0) ready.Enqueue(to);
            }
        }
        return columns;
    }

    private static List<Point> WayOf((int From, int To) arc, int[] columns, List<Point> points)
    {
        var way = new List<Point> { points[arc.From] };
        for (var column = columns[arc.From] + 1; column < columns[arc.To]; column++)
        {
            var passes = new Point { Box = -1, Column = column, Height = 4 };
            points.Add(passes);
            way.Add(passes);
        }
        way.Add(points[arc.To]);
        for (var i = 1; i < way.Count; i++)
        {
            way[i - 1].After.Add(way[i]);
            way[i].Before.Add(way[i - 1]);
        }
        return way;
    }

    /// <summary>Sorts each column by where its neighbours are, there and back, and keeps the order with the fewest crossings.</summary>
    private static void Order(List<List<Point>> layers, int boxes)
    {
        Rank(layers);
        if (boxes == 0) return;
        var best = layers.Select(layer => layer.ToArray()).ToList();
        var fewest = Crossings(layers);
        for (var sweep = 0; sweep < Sweeps && fewest > 0; sweep++)
        {
            var forth = sweep % 2 == 0;
            for (var i = 1; i < layers.Count; i++)
            {
                var layer = layers[forth ? i : layers.Count - 1 - i];
                var sorted = layer.OrderBy(point => (forth ? point.Before : point.After) is { Count: > 0 } beside ? beside.Average(one => one.Rank) : point.Rank).ThenBy(point => point.Rank).ToList();
                layer.Clear();
                layer.AddRange(sorted);
                for (var rank = 0; rank < layer.Count; rank++) layer[rank].Rank = rank;
            }
            if (Crossings(layers) is var now && now < fewest)
            {
                fewest = now;
                best = [.. layers.Select(layer => layer.ToArray())];
            }
        }
        for (var i = 0; i < layers.Count; i++)
        {
            layers[i].Clear();
            layers[i].AddRange(best[i]);
        }
        Rank(layers);
    }

    private static void Rank(List<List<Point>> layers)
    {
        foreach (var layer in layers)
            for (var rank = 0; rank < layer.Count; rank++) layer[rank].Rank = rank;
    }

    /// <summary>Pairs of lines between neighbouring columns that cross: inversions, counted by a tree of sums (Barth, Mutzel, Jünger 2004).</summary>
    private static long Crossings(List<List<Point>> layers)
    {
        long crossings = 0;
        for (var i = 1; i < layers.Count; i++)
        {
            var sums = new int[layers[i].Count + 1];
            var passed = 0;
            foreach (var point in layers[i - 1])
            {
                foreach (var end in point.After)
                {
                    var below = 0;
                    for (var at = end.Rank + 1; at > 0; at -= at & -at) below += sums[at];
                    crossings += passed - below;
                }
                foreach (var end in point.After)
                {
                    passed++;
                    for (var at = end.Rank + 1; at < sums.Length; at += at & -at) sums[at]++;
                }
            }
        }
        return crossings;
    }

    /// <summary>Puts each point as near to the middle of its neighbours as order and distance allow.</summary>
    private static void Place(List<List<Point>> layers)
    {
        foreach (var layer in layers)
        {
            var y = 0.0;
            foreach (var point in layer)
            {
                point.Y = y + point.Height / 2;
                y += point.Height + BetweenRows;
            }
        }
        for (var round = 0; round < PlaceRounds; round++)
        {
            var forth = round % 2 == 0;
            for (var i = 1; i < layers.Count; i++)
            {
                var layer = layers[forth ? i : layers.Count - 1 - i];
                Settle(layer, [.. layer.Select(point => (forth ? point.Before : point.After) is { Count: > 0 } beside ? beside.Average(one => one.Y) : point.Y)]);
            }
        }
    }

    /// <summary>The places that keep their order and distance and are nearest to the wanted ones, in squares: pools of neighbours move as one.</summary>
    private static void Settle(List<Point> layer, double[] wanted)
    {
        var offset = new double[layer.Count];
        for (var i = 1; i < layer.Count; i++) offset[i] = offset[i - 1] + (layer[i - 1].Height + layer[i].Height) / 2 + BetweenRows;
        var pools = new Stack<(double Sum, int Count)>();
        for (var i = 0; i < layer.Count; i++)
        {
            var pool = (Sum: wanted[i] - offset[i], Count: 1);
            while (pools.TryPeek(out var above) && above.Sum / above.Count > pool.Sum / pool.Count)
            {
                pools.Pop();
                pool = (pool.Sum + above.Sum, pool.Count + above.Count);
            }
            pools.Push(pool);
        }
        var at = 0;
        foreach (var (sum, count) in pools.Reverse())
            for (var i = 0; i < count; i++, at++) layer[at].Y = sum / count + offset[at];
    }

    private static LayeredGraph Assemble(IReadOnlyList<GraphBox> boxes, HashSet<int> touched, List<List<Point>> layers, List<Point> points, List<List<Point>> ways)
    {
        var all = layers.SelectMany(layer => layer).ToList();
        var top = all.Count == 0 ? 0 : all.Min(point => point.Y - point.Height / 2);
        var lefts = new List<double>();
        var widths = new List<double>();
        foreach (var layer in layers)
        {
            lefts.Add(lefts.Count == 0 ? 0 : lefts[^1] + widths[^1] + BetweenColumns);
            widths.Add(layer.Where(point => point.Box >= 0).Select(point => boxes[point.Box].Width).DefaultIfEmpty(0).Max());
        }
        var placed = layers.SelectMany(layer => layer).Where(point => point.Box >= 0)
            .Select(point => new PlacedBox(boxes[point.Box], point.Column, lefts[point.Column], point.Y - point.Height / 2 - top)).ToList();
        var lines = ways.Select(way => new PlacedLine(boxes[way[0].Box].Key, boxes[way[^1].Box].Key, [.. way.SelectMany(point => Ends(point, point == way[0], point == way[^1]))])).ToImmutableArray();
        AddLoners();
        return new LayeredGraph([.. placed], lines);

        IEnumerable<(double, double)> Ends(Point point, bool first, bool last)
        {
            var (left, right, y) = (lefts[point.Column], lefts[point.Column] + (point.Box >= 0 ? boxes[point.Box].Width : widths[point.Column]), point.Y - top);
            if (!first) yield return (left, y);
            if (last) yield break;
            yield return (right, y);
            // Out of the column first, so that no line runs behind what stands below.
            if (right < lefts[point.Column] + widths[point.Column]) yield return (lefts[point.Column] + widths[point.Column], y);
        }

        void AddLoners()
        {
            var alone = Enumerable.Range(0, boxes.Count).Where(i => !touched.Contains(i)).Select(i => boxes[i]).ToList();
            if (alone.Count == 0) return;
            var (wide, high) = (alone.Max(box => box.Width) + BetweenRows * 2, alone.Max(box => box.Height) + BetweenRows);
            var across = Math.Max(4, (int)((placed.Count == 0 ? 0 : placed.Max(box => box.X + box.Box.Width)) / wide));
            var y = placed.Count == 0 ? 0 : placed.Max(box => box.Y + box.Box.Height) + BetweenColumns;
            for (var i = 0; i < alone.Count; i++) placed.Add(new PlacedBox(alone[i], i % across, i % across * wide, y + i / across * high));
        }
    }
}
