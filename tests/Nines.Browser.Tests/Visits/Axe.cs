using System.Text.Json;
using Microsoft.Playwright;
using Nines.Testing;

namespace Nines.Browser.Tests.Visits;

/// <summary>axe-core: the rules of WCAG 2.2 AA that a machine can check.</summary>
internal static class Axe
{
    private static readonly Lazy<string> Script = new(() => File.ReadAllText(Path.Combine(Lab.Folder!, "node_modules", "axe-core", "axe.min.js")));

    /// <summary>Why it cannot run here; null when it can.</summary>
    public static string? Missing => Lab.Missing ?? (File.Exists(Path.Combine(Lab.Folder!, "node_modules", "axe-core", "axe.min.js")) ? null : "axe-core is not in lab/node_modules: run lab/install");

    /// <returns>What breaks a rule, a line each: the rule, the element, why.</returns>
    public static async Task<IReadOnlyList<string>> ViolationsAsync(IPage page)
    {
        if (!await page.EvaluateAsync<bool>("() => 'axe' in window")) await page.EvaluateAsync(Script.Value);
        var found = await page.EvaluateAsync<JsonElement>("""
            async () => {
              const { violations } = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] });
              return violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 200)}: ${node.failureSummary.replaceAll('\n', ' ')}`));
            }
            """);
        return [.. found.EnumerateArray().Select(line => line.GetString()!)];
    }
}
