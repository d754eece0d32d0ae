namespace CoreNode.Updates.Server.Books;

/// <summary>What many machines have in common; one object for all of them as far as possible.</summary>
internal sealed record InstanceKind(string Board, string Oem, string OemVersion, string Aleph)
{
    public static InstanceKind Unknown { get; } = new("", "", "", "");
}
