namespace Nines.Web.Console.Parts;

/// <summary>What a browser says of itself, short enough for a table: <c>Firefox on Linux</c>. Only a hint for people: anybody can say anything.</summary>
internal static class AgentText
{
    /// <summary>In this order: most browsers say that they are others too.</summary>
    private static readonly (string Token, string Name)[] Browsers =
        [("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];

    private static readonly (string Token, string Name)[] Systems =
        [("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")];

    private const int Longest = 40;

    /// <returns>What it said, cut, where it is none that is known.</returns>
    public static string Of(string agent)
    {
        var (browser, system) = (Find(Browsers, agent), Find(Systems, agent));
        if (browser is not null) return system is null ? browser : $"{browser} on {system}";
        return agent.Length switch { 0 => "unnamed", <= Longest => agent, _ => $"{agent[..Longest]}…" };
    }

    private static string? Find((string Token, string Name)[] known, string agent) => Array.Find(known, one => agent.Contains(one.Token, StringComparison.Ordinal)).Name;
}
