namespace Nines.Core;

/// <summary>
/// Marks an option whose value is never printed: messages, JSON and facts show <c>&lt;secret&gt;</c>. A text or URL option that is
/// marked may also be read from a file: the config then has its key with <c>_file</c> behind it.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute;
