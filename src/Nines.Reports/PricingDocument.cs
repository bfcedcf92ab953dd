namespace Nines.Reports;

/// <summary>What losses are reckoned from.</summary>
/// <param name="Digest">SHA-256 of the pricing and of the files that it names.</param>
public sealed record PricingDocument(string Digest, string Currency);
