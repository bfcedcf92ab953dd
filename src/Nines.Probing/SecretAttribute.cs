namespace Nines.Probing;

/// <summary>Marks an option whose value (each value, for a dictionary) is a credential: printed as <c>&lt;secret&gt;</c>, kept out of facts and logs.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute;
