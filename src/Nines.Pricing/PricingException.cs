namespace Nines.Pricing;

/// <summary>What cannot be priced. The message says where, what, why and how to mend it.</summary>
public sealed class PricingException(string code, string message) : Exception(message)
{
    /// <summary>A contract has nothing to be settled in a period; others may.</summary>
    public const string NothingToSettle = "NIN4282";

    public string Code { get; } = code;
}
