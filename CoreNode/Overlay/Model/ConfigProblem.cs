namespace CoreNode.Overlay.Model;

/// <summary>What is wrong with a configuration.</summary>
/// <param name="Field">The field by its JSON name, such as "Backend.VNI"; empty for the text as a whole.</param>
/// <param name="Reason">What is wrong with it, and what would be right.</param>
public sealed record ConfigProblem(string Field, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => Field.Length == 0 ? Reason : $"{Field}: {Reason}";
}
