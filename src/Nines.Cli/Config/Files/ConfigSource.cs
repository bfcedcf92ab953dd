namespace Nines.Cli.Config.Files;

/// <summary>A text that a config is made of.</summary>
/// <param name="Name">How messages name it.</param>
/// <param name="Folder">What relative paths in it are relative to; absolute.</param>
internal sealed record ConfigSource(string Name, string Folder);
