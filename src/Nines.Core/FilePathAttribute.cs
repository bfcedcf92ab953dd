namespace Nines.Core;

/// <summary>Marks the path of a file that is read: a relative one is relative to the folder of the config, and the file is part of the config.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FilePathAttribute : Attribute;
