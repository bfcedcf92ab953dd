namespace Nines.Browser.Tests.Visits;

/// <summary>Every page of the console, once.</summary>
internal static class ConsolePages
{
    public const string LogIn = "/login";

    public static readonly string[] All = ["/", "/?state=up&kind=dapp", "/components/exchange", "/components/swap", "/outages", "/outages/exchange-i1", "/map", "/maintenance", "/incidents", "/incidents?outage=exchange-i1", "/journal", "/journal/2", LogIn, "/settings"];

    public static TheoryData<string> Theory => [.. All];
}
