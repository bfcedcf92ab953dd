using System.Collections.Immutable;

namespace Nines.Probing.VenueOrders;

/// <summary>One signed request.</summary>
/// <param name="Headers">Those of the signature.</param>
/// <param name="Body">Null for none.</param>
/// <param name="ContentType">Of the body.</param>
internal sealed record SignedRequest(HttpMethod Method, Uri Url, ImmutableArray<(string Name, string Value)> Headers, string? Body = null, string ContentType = "application/json")
{
    /// <summary>Without the query: signatures are nobody's business.</summary>
    public override string ToString() => $"{Method} {Url.AbsolutePath}";
}

/// <summary>An order as it is asked for.</summary>
/// <param name="Id">Ours; unique.</param>
/// <param name="Price">As the venue is to read it.</param>
internal sealed record AskedOrder(string Id, string Symbol, bool Buy, string Quantity, string Price, bool PostOnly);

/// <summary>What an answer to a signed request says.</summary>
internal abstract record SignedAnswer
{
    private SignedAnswer() { }

    /// <param name="Filled">How much was matched, where the answer says.</param>
    public sealed record Done(decimal Filled = 0) : SignedAnswer;

    /// <summary>The order to be taken back is not there.</summary>
    public sealed record NotThere : SignedAnswer;

    /// <summary>Key, permission, funds, size: what we have or asked for.</summary>
    public sealed record Ours(string Why) : SignedAnswer;

    /// <summary>The request was too old or too young for the venue's clock.</summary>
    public sealed record Clock(string Why) : SignedAnswer;

    public sealed record TooOften(string Why) : SignedAnswer;

    /// <summary>The venue did not do what it offers.</summary>
    public sealed record Failed(string Why) : SignedAnswer;
}
