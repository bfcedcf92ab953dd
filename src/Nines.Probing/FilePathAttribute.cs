namespace Nines.Probing;

/// <summary>Marks the path of a file that the probe reads: a relative one is relative to the folder of the config, and the file is part of the config.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FilePathAttribute : Attribute;
