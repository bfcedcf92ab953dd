using FsCheck;
using FsCheck.Fluent;
using Nines.Testing;
using Nines.Web.Console.Graphs;

namespace Nines.Web.Tests.Console;

public sealed class LayeredGraphTests
{
    private static LayeredGraph Draw(int boxes, IEnumerable<(int From, int To)> lines) =>
        LayeredGraph.Of([.. Enumerable.Range(0, boxes).Select(i => new GraphBox($"b{i}", 100, 40))], lines.Select(line => ($"b{line.From}", $"b{line.To}")));

    private static bool Near((double X, double Y) point, double x, double y) => Math.Abs(point.X - x) < 1e-6 && Math.Abs(point.Y - y) < 1e-6;

    /// <summary>Boxes and lines from lower to higher numbers: no cycles.</summary>
    private static Arbitrary<(int Boxes, (int From, int To)[] Lines)> Graphs() => (
        from boxes in Gen.Choose(1, 25)
        from lines in Gen.Choose(0, 1_000).Two().ArrayOf()
        select (boxes, lines.Select(line => (From: line.Item1 % boxes, To: line.Item2 % boxes)).Where(line => line.From < line.To).ToArray())).ToArbitrary();

    [Fact]
    public void Every_line_goes_from_left_to_right_and_ends_at_its_boxes() => Prop.ForAll(Graphs(), graph =>
    {
        var drawn = Draw(graph.Boxes, graph.Lines);
        var at = drawn.Boxes.ToDictionary(box => box.Box.Key);
        return drawn.Boxes.Length == graph.Boxes && drawn.Lines.Length == graph.Lines.Distinct().Count() && drawn.Lines.All(line =>
            at[line.From].Column < at[line.To].Column
            && Near(line.Points[0], at[line.From].X + 100, at[line.From].Y + 20) && Near(line.Points[^1], at[line.To].X, at[line.To].Y + 20)
            && line.Points.Zip(line.Points.Skip(1)).All(pair => pair.First.X <= pair.Second.X));
    }).Holds();

    [Fact]
    public void No_two_boxes_overlap_and_all_are_inside_of_the_drawing() => Prop.ForAll(Graphs(), graph =>
    {
        var drawn = Draw(graph.Boxes, graph.Lines);
        return drawn.Boxes.All(box => box.X >= 0 && box.Y >= -1e-6 && box.X + 100 <= drawn.Width + 1e-6 && box.Y + 40 <= drawn.Height + 1e-6)
            && drawn.Boxes.SelectMany((box, i) => drawn.Boxes.Skip(i + 1).Select(other => (box, other))).All(pair =>
                Math.Abs(pair.box.X - pair.other.X) >= 100 || Math.Abs(pair.box.Y - pair.other.Y) >= 40 - 1e-6);
    }).Holds();

    [Fact]
    public void A_column_is_as_far_right_as_the_longest_way_to_it() => Prop.ForAll(Graphs(), graph =>
    {
        var longest = new int[graph.Boxes];
        foreach (var (from, to) in graph.Lines.OrderBy(line => line.From)) longest[to] = Math.Max(longest[to], longest[from] + 1);
        var touched = graph.Lines.SelectMany(line => new[] { line.From, line.To }).ToHashSet();
        var drawn = Draw(graph.Boxes, graph.Lines).Boxes.ToDictionary(box => box.Box.Key);
        return touched.All(i => drawn[$"b{i}"].Column == longest[i]);
    }).Holds();

    [Fact]
    public void The_same_graph_is_drawn_the_same() => Prop.ForAll(Graphs(), graph =>
    {
        var (one, other) = (Draw(graph.Boxes, graph.Lines), Draw(graph.Boxes, graph.Lines));
        return one.Boxes.SequenceEqual(other.Boxes) && one.Lines.Select(GraphText.PathOf).SequenceEqual(other.Lines.Select(GraphText.PathOf));
    }).Holds();

    [Fact]
    public void Lines_that_need_not_cross_do_not()
    {
        // Two trees whose leaves are given interleaved.
        var drawn = Draw(8, [(0, 2), (1, 3), (0, 4), (1, 5), (0, 6), (1, 7)]);
        var y = drawn.Boxes.ToDictionary(box => box.Box.Key, box => box.Y);
        var (of0, of1) = (new[] { y["b2"], y["b4"], y["b6"] }, new[] { y["b3"], y["b5"], y["b7"] });
        Assert.True(of0.Max() < of1.Min() == y["b0"] < y["b1"] && (of0.Max() < of1.Min() || of1.Max() < of0.Min()));
        // Each stands in the middle of its own.
        Assert.Equal(of0.Order().ElementAt(1), y["b0"], 3);
    }

    [Fact]
    public void A_cycle_is_cut_and_not_followed_for_ever()
    {
        var drawn = Draw(3, [(0, 1), (1, 2), (2, 0), (1, 1)]);
        Assert.Equal([0, 1, 2], drawn.Boxes.Select(box => box.Column));
        Assert.Equal(2, drawn.Lines.Length);
    }

    [Fact]
    public void Three_hundred_boxes_are_placed_while_somebody_waits()
    {
        var lines = Enumerable.Range(0, 300).SelectMany(i => new[] { (i, 300 - (300 - i) / 2), (i, Math.Min(299, i + 1 + i * 7 % 40)) }).Where(line => line.Item1 < line.Item2);
        // A fifth of it on an idle machine; on a busy one, the quickest of a few.
        var (most, took) = (TimeSpan.FromSeconds(5), TimeSpan.MaxValue);
        for (var i = 0; i < 6 && took >= most; i++)
            if (OwnTime.Of(() => Assert.Equal(300, Draw(300, lines).Boxes.Length)) is var once && once < took) took = once;
        Assert.True(took < most, $"{took}");
    }
}
