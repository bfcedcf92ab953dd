using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using NodaTime;

namespace Nines.Probing.Browsers;

public sealed record BrowserOptions
{
    public const int MostSteps = 50;

    [MainOption, Required, Description("The page that the journey begins with: an absolute http or https URL.")]
    public required Uri Url { get; init; }

    [Description("What the user does and sees, in order, at most 50. Without any, the page has to load.")]
    public ImmutableArray<BrowserStep> Steps { get; init; } = [];

    [Description("A wallet for the page to find, with an account and a chain, and without a key: it connects, and never signs.")]
    public TestWallet? Wallet { get; init; }

    [Secret, Description("Values that steps write as {{name}}: passwords, codes. Printed nowhere.")]
    public ImmutableSortedDictionary<string, string> Secrets { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    [Description("The browser's executable. Default: the first of chromium, chromium-browser, google-chrome, google-chrome-stable in PATH.")]
    public string? Chromium { get; init; }

    [Description("Run the browser without its own sandbox. As root it runs in no other way; better run Nines as another user.")]
    public bool NoSandbox { get; init; }

    [Range(200, 4000), Description("Width of the window, in pixels. 390 for a phone.")]
    public int Width { get; init; } = 1280;

    [Range(200, 4000), Description("Height of the window, in pixels.")]
    public int Height { get; init; } = 800;
}

/// <summary>One thing that the user does or sees. Exactly one of open, click, fill and see.</summary>
public sealed record BrowserStep
{
    [Required, Description("Unique in the journey: what a failure names.")]
    public required string Name { get; init; }

    [Description("An absolute http or https URL to go to.")]
    public string? Open { get; init; }

    [Description("CSS selector of what to click on; waits until it is there, visible and enabled.")]
    public string? Click { get; init; }

    [Description("CSS selector of the field to write into; waits until it is there.")]
    public string? Fill { get; init; }

    [Description("With fill: the text. Write secrets as {{name}}.")]
    public string? With { get; init; }

    [Description("CSS selector of what has to become visible.")]
    public string? See { get; init; }

    [Description("With see: a text that has to stand in it.")]
    public string? Text { get; init; }

    [Description("Longest time for this step. Default: what is left of the probe's timeout.")]
    public Duration? Timeout { get; init; }
}

/// <summary>What an injected wallet (EIP-1193, announced by EIP-6963) says of itself.</summary>
public sealed record TestWallet
{
    [Required, Description("The account that it shows: 0x and 40 hexadecimal digits. No key belongs to it here.")]
    public required string Account { get; init; }

    [Range(1, long.MaxValue), Description("The chain that it is on (EIP-155).")]
    public long ChainId { get; init; } = 1;
}
