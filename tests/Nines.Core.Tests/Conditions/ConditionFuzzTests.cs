using System.Text;
using Nines.Core.Conditions;
using Nines.Core.Observations;

namespace Nines.Core.Tests.Conditions;

/// <summary>Random and mutated texts, from fixed seeds: a failure names the seed that repeats it.</summary>
public sealed class ConditionFuzzTests
{
    private static readonly string[] Pieces =
    [
        "status", "round_trip", "head_age", "head_lag", "size", "misses", "paused", "client", "body", "json", "header", "nonsense",
        "and", "or", "not", "(", ")", "<", "<=", "==", "!=", ">=", ">", "=", "!", "contains", "matches", "after", "2", "in", "a", "row", "until", "else",
        "degraded", "effectively", "down", "effectively_down", "3 blocks", "800ms", "1m30s", "1.5s", "5%", "10 KiB", "true", "false", "\"x\"", "\"\\\"", "\"\\d+\"", "$.a.b", "($.a[0])", "(\"x\")",
        "1e5", "1e400", "-3", "0x1f", "123456789012345678901234567890", "µs", "\0", "é", "\"", "\\", "%", ",", "\t", "\n", " ", "(?=a)", "[", "*", "{1,99999}",
        "+", "-", "/", "*", "abs", "abs(", "supply()", "locked()", "reverted(swap)", "supply", "()", "(swap)", "- 1", "-1", "1.1", "1e18", "0.5 %", "1e-300",
    ];

    private static readonly string[] Good =
    [
        "status == 200", "round_trip < 800ms else degraded", "head_lag < 3 blocks after 2 in a row until head_lag <= 1 block else degraded",
        "not (paused or status >= 500) and round_trip <= first_byte", "json($.result.peers[0].id) != \"x\" or header(\"etag\") == \"y\"",
        "body contains \"ok\" and not body matches \"err(or)?\\d+\" else down", "misses < 4.5% and size < 10 KiB", "json($[\"a b\"]) >= 123456789012345678901234567890 until paused == true",
    ];

    [Fact]
    public void No_text_makes_the_parser_throw_and_every_mistake_is_inside_the_text()
    {
        var understood = 0;
        for (var seed = 0; seed < 30_000; seed++)
        {
            var text = seed % 2 == 0 ? Random(new Random(seed)) : Mutated(new Random(seed));
            switch (ConditionParser.Parse(text, new SignalVocabulary(ConditionParserTests.Signals)))
            {
                case ConditionReading.Understood:
                    understood++;
                    break;
                case ConditionReading.Mistaken { Mistake: var mistake }:
                    Assert.True(mistake.Column >= 1 && mistake.Column <= text.Length + 1, $"seed {seed}: column {mistake.Column} of '{text}'");
                    Assert.True(mistake.Message.Length > 10, $"seed {seed}: '{mistake.Message}'");
                    break;
            }
        }
        // Mutations that are still conditions, so that the mistakes are not all that was tried.
        Assert.True(understood > 1_000, $"only {understood} were understood");
    }

    [Fact]
    public void What_is_printed_reads_back_to_the_same_tree()
    {
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var text = Clauses(random);
            var vocabulary = new SignalVocabulary(ConditionParserTests.Signals);
            if (ConditionParser.Parse(text, vocabulary) is not ConditionReading.Understood { Condition: var condition })
            {
                Assert.Fail($"seed {seed}: '{text}' was not understood");
                return;
            }
            var printed = condition.ToCanonicalText(vocabulary.Schema);
            if (printed.Length > ConditionParser.MaxLength) continue;
            var again = ConditionParserTests.Understood(printed, vocabulary);
            Assert.True(condition with { Text = "" } == again with { Text = "" }, $"seed {seed}: '{text}' became '{printed}'");
            Assert.Equal(printed, again.ToCanonicalText(vocabulary.Schema));
        }
    }

    private static string Random(Random random)
    {
        var text = new StringBuilder();
        for (var i = random.Next(1, 14); i > 0; i--)
        {
            text.Append(Pieces[random.Next(Pieces.Length)]);
            if (random.Next(4) > 0) text.Append(' ');
        }
        return text.ToString();
    }

    private static string Mutated(Random random)
    {
        var text = new StringBuilder(Good[random.Next(Good.Length)]);
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var at = random.Next(text.Length);
            switch (random.Next(4))
            {
                case 0: text.Remove(at, 1); break;
                case 1: text.Insert(at, (char)random.Next(1, 300)); break;
                case 2: text.Insert(at, Pieces[random.Next(Pieces.Length)]); break;
                default: text.Append(text[at]); break;
            }
            if (text.Length == 0) break;
        }
        return text.ToString();
    }

    private static string Clauses(Random random)
    {
        var text = Tree(random, 0);
        if (random.Next(3) == 0) text += $" after {random.Next(1, 1_000)} in a row";
        if (random.Next(3) == 0) text += " until " + Tree(random, 2);
        string[] states = ["", " else degraded", " else down", " else effectively_down", " else effectively down"];
        return text + states[random.Next(states.Length)];
    }

    private static string Tree(Random random, int depth) => random.Next(depth > 4 ? 6 : 12) switch
    {
        < 6 => Leaf(random),
        < 8 => $"{Tree(random, depth + 1)} and {Tree(random, depth + 1)}",
        < 10 => $"{Tree(random, depth + 1)} or {Tree(random, depth + 1)}",
        10 => $"({Tree(random, depth + 1)})",
        _ => random.Next(2) == 0 ? $"not {Leaf(random)}" : $"not ({Tree(random, depth + 1)})",
    };

    private static string Leaf(Random random)
    {
        string[] comparisons = ["<", "<=", "==", "!=", ">=", ">"];
        var comparison = comparisons[random.Next(6)];
        var number = random.Next(4) switch
        {
            0 => random.Next(10_000).ToString(),
            1 => (random.NextDouble() * 1000).ToString("R", System.Globalization.CultureInfo.InvariantCulture),
            2 => (random.NextDouble() * 1e-8).ToString("R", System.Globalization.CultureInfo.InvariantCulture),
            _ => random.Next(10_000) / 100m + "",
        };
        string[] units = ["ns", "us", "ms", "s", "m", "h", "d", " s"];
        string[] sizes = ["B", " kB", "MB", "GB", " KiB", "MiB", "GiB"];
        string[] texts = ["x", "\\", "a\\\\b", "\\\"q\\\"", "\\d+", "\\\\\\\\", "é ü"];
        var quoted = "\"" + texts[random.Next(texts.Length)].TrimEnd('\\') + "\\\\\"";
        return random.Next(14) switch
        {
            10 or 11 => $"{Plain(random, 0, signal: true)} {comparison} {Plain(random, 0)}",
            12 => $"{Time(random, 0, signal: true)} {comparison} {Time(random, 0)}",
            13 => "reverted(swap)",
            0 => $"round_trip {comparison} {number}{units[random.Next(units.Length)]}",
            1 => $"size{comparison}{number}{sizes[random.Next(sizes.Length)]}",
            2 => $"misses {comparison} {number}{(random.Next(2) == 0 ? "%" : "")}",
            3 => $"head_lag {comparison} {number} blocks",
            4 => $"json($.a) {comparison} {(random.Next(2) == 0 ? "9" + random.NextInt64(1L << 60, long.MaxValue) : number)}",
            5 => $"header({quoted}) == {quoted}",
            6 => $"body contains {quoted}",
            7 => $"round_trip {comparison} first_byte",
            8 => "paused != false",
            _ => "json($.a[0][\"x)y\"])",
        };
    }

    /// <param name="signal">There is one in it: else it may not stand on the left.</param>
    private static string Plain(Random random, int depth, bool signal = false) => (signal ? 0 : random.Next(depth > 3 ? 3 : 9)) switch
    {
        0 when signal && depth < 3 && random.Next(2) == 0 => $"({Plain(random, depth + 1, signal: true)} {"+-*/"[random.Next(4)]} {Plain(random, depth + 1)})",
        0 => new[] { "supply()", "locked()", "staked()", "status" }[random.Next(4)],
        1 => Number(random),
        2 => "json($.price)",
        3 => $"abs({Plain(random, depth + 1)})",
        4 => $"{Number(random)}% * {Plain(random, depth + 1, signal: true)}",
        5 => $"({Plain(random, depth + 1)})",
        _ => $"{Plain(random, depth + 1)}{(random.Next(2) == 0 ? " " : "")}{"+-*/"[random.Next(4)]} {Plain(random, depth + 1, signal: true)}",
    };

    private static string Time(Random random, int depth, bool signal = false) => (signal ? 0 : random.Next(depth > 3 ? 2 : 7)) switch
    {
        0 => new[] { "round_trip", "first_byte", "head_age" }[random.Next(3)],
        1 => Number(random) + new[] { "ns", "us", "ms", "s", "m", "h", " d", "m30s" }[random.Next(8)],
        2 => $"abs({Time(random, depth + 1)})",
        3 => $"{Time(random, depth + 1)} * {Number(random)}",
        4 => $"{Time(random, depth + 1)} / {Number(random)}",
        _ => $"({Time(random, depth + 1)} {"+-"[random.Next(2)]} {Time(random, depth + 1)})",
    };

    private static string Number(Random random) => random.Next(6) switch
    {
        0 => "9" + random.NextInt64(1L << 60, long.MaxValue),
        1 => $"{random.Next(1, 99)}e{random.Next(0, 40)}",
        2 => $"{random.Next(1, 99)}e-{random.Next(0, 40)}",
        3 => $"-{random.Next(1, 99)}",
        4 => $"{random.Next(1, 9_999)}.{random.Next(1, 9_999)}",
        _ => $"{random.Next(0, 99)}",
    };
}
