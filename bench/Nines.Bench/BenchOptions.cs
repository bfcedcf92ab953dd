using System.Globalization;
using Nines.Core;

namespace Nines.Bench;

/// <param name="Root">The repository's folder.</param>
/// <param name="Quick">End within a minute.</param>
/// <param name="Runs">How many runs; null for the benchmark's own default.</param>
/// <param name="Seed">What random plans are made from.</param>
/// <param name="TimeoutSeconds">For truth: the time-out of Nines' probes.</param>
/// <param name="Only">For a benchmark of several parts: the one to run; null for all.</param>
internal sealed record BenchOptions(string Name, string Root, bool IsJson, bool Quick, int? Runs, int Seed, int TimeoutSeconds, string? Only)
{
    private const string Usage = """
        usage: bench/run NAME [--output table|json] [--quick] [--runs N] [--seed N] [--timeout SECONDS] [--only PART]
               bench/run list
        """;

    /// <returns>A new folder for this run's files, on the disk that the repository is on.</returns>
    public string NewFolder() => Directory.CreateDirectory(Path.Combine(Root, ".build", $"bench-{Environment.ProcessId}-{Guid.NewGuid():n}")).FullName;

    /// <returns>Null when called wrong; what is wrong has been said.</returns>
    public static BenchOptions? Read(IReadOnlyList<string> arguments)
    {
        string[] options = ["--output", "-o", "--quick", "--runs", "--seed", "--timeout", "--only", "--help"];
        string? name = null;
        var read = new BenchOptions("", Directory.GetCurrentDirectory(), IsJson: false, Quick: false, Runs: null, Seed: 1, TimeoutSeconds: 1, Only: null);
        for (var i = 0; i < arguments.Count; i++)
        {
            var value = i + 1 < arguments.Count ? arguments[i + 1] : null;
            switch (arguments[i])
            {
                case "--root" when value is not null:
                    read = read with { Root = value };
                    i++;
                    break;
                case "--output" or "-o":
                    if (value is not ("json" or "table")) return Wrong($"--output {value}: it must be table or json.");
                    read = read with { IsJson = value == "json" };
                    i++;
                    break;
                case "--quick":
                    read = read with { Quick = true };
                    break;
                case "--runs":
                    if (Number(value, 1, 100) is not { } runs) return Wrong($"--runs {value}: it must be a number from 1 to 100.");
                    read = read with { Runs = runs };
                    i++;
                    break;
                case "--seed":
                    if (Number(value, 0, int.MaxValue) is not { } seed) return Wrong($"--seed {value}: it must be a number from 0 to {int.MaxValue}.");
                    read = read with { Seed = seed };
                    i++;
                    break;
                case "--timeout":
                    if (Number(value, 1, 5) is not { } seconds) return Wrong($"--timeout {value}: it must be a number from 1 to 5.");
                    read = read with { TimeoutSeconds = seconds };
                    i++;
                    break;
                case "--only" when value is not null:
                    read = read with { Only = value };
                    i++;
                    break;
                case ['-', ..] option:
                    return Wrong(option == "--help" ? "" : $"There is no option {option}.{DidYouMean.Sentence(option, options)}");
                default:
                    if (name is not null) return Wrong($"One benchmark at a time: {name} or {arguments[i]}?");
                    name = arguments[i];
                    break;
            }
        }
        if (name is null) return Wrong("Which benchmark?");
        string[] names = [.. Benchmarks.All.Select(bench => bench.Name), "list"];
        if (!names.Contains(name)) return Wrong($"There is no benchmark '{name}'.{DidYouMean.Sentence(name, names)} There are: {string.Join(", ", names.SkipLast(1))}.");
        return read with { Name = name };
    }

    private static BenchOptions? Wrong(string message)
    {
        if (message.Length > 0) Talk.Say(message);
        Console.Error.WriteLine(Usage);
        return null;
    }

    private static int? Number(string? text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : null;
}
