using System.Diagnostics;
using System.Text.Json;

namespace Nines.Bench.Chains;

/// <summary>ethers and viem, measured by a process of Node.js in the same run at the same inputs.</summary>
internal static class NodeLibraries
{
    private static readonly string[] Names = ["ethers", "viem"];

    /// <summary>What is to be decoded.</summary>
    /// <param name="Kind">"log", or "result" of a function.</param>
    internal sealed record Decode(string Name, string Kind, string Signature, string Data, IReadOnlyList<string> Topics);

    /// <summary>The rates of each library by figure, one entry a run; empty, and said, where they cannot be had.</summary>
    public static async Task<IReadOnlyList<JsonElement>> MeasureAsync(
        BenchOptions options, int runs, double seconds, IReadOnlyList<Decode> decodes, IReadOnlyList<RawBlock> blocks)
    {
        var home = Path.Combine(options.Root, "bench", "chains");
        var input = Path.Combine(options.NewFolder(), "input.json");
        try
        {
            if (!Directory.Exists(Path.Combine(home, "node_modules")))
                await RunAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], home);
            var with = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
            await File.WriteAllTextAsync(input, JsonSerializer.Serialize(new { seconds, decodes, blocks }, with));
            var results = new List<JsonElement>();
            for (var run = 0; run < runs; run++)
            {
                using var said = JsonDocument.Parse(await RunAsync("node", ["measure.mjs", input], home));
                results.Add(said.RootElement.GetProperty("results").Clone());
            }
            return results;
        }
        catch (Exception missing) when (missing is MissingException or System.ComponentModel.Win32Exception)
        {
            Talk.Say($"chains: ethers and viem are left out: {missing.Message}");
            return [];
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(input)!, recursive: true);
        }
    }

    /// <summary>The faster of the two as the peer of a figure, and both in its note.</summary>
    public static Figure Beside(this Figure figure, IReadOnlyList<JsonElement> results, string name)
    {
        var rates = Names.Select(library => new Peer(
            library,
            results.Count == 0 ? "" : results[0].GetProperty(library).GetProperty("version").GetString()!,
            results.Count == 0 ? null : Median.Of(results.Select(result => result.GetProperty(library).GetProperty(name).GetDouble())))).ToArray();
        if (results.Count == 0) return figure;
        var note = string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"{string.Join(", ", rates.Select(rate => $"{rate.Name} {rate.Version} {rate.Value:#,##0}"))}{(figure.Note is null ? "" : $"; {figure.Note}")}");
        return figure with { Peer = rates.MaxBy(rate => rate.Value), Note = note };
    }

    private static async Task<string> RunAsync(string program, IEnumerable<string> arguments, string folder)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var said = await errors;
        return process.ExitCode == 0 ? output : throw new MissingException($"{program} ended with {process.ExitCode}: {said[..Math.Min(said.Length, 400)]}");
    }
}
