namespace CoreNode.Overlay.Model;

/// <summary>A field of a configuration that is to be changed.</summary>
/// <param name="Name">Its JSON name; with "Backend." in front for one of the backend's.</param>
/// <param name="Json">The value as JSON; null takes the field away.</param>
public sealed record ConfigField(string Name, string? Json);
