namespace Nines.Pricing;

/// <summary>What cannot be priced. The message says where, what, why and how to mend it.</summary>
public sealed class PricingException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}
