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

    /// <summary>In both themes, on a desk and on a phone.</summary>
    public static async Task AssertNothingBrokenAsync(IPage page)
    {
        var broken = new List<string>();
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
            foreach (var width in new[] { 1280, 390 })
            {
                await page.SetViewportSizeAsync(width, 800);
                broken.AddRange((await ViolationsAsync(page)).Select(line => $"{scheme}, {width} px: {line}"));
            }
        }
        Assert.True(broken.Count == 0, $"{page.Url}\n{string.Join('\n', broken)}");
    }

    /// <returns>What breaks a rule, a line each: the rule, the element, why.</returns>
    private static async Task<IReadOnlyList<string>> ViolationsAsync(IPage page)
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
