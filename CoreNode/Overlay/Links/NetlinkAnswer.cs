namespace CoreNode.Overlay.Links;

/// <summary>What the kernel said to one message.</summary>
/// <param name="ErrorNumber">0: done.</param>
/// <param name="Text">Its words about the fault; empty if it has none.</param>
internal sealed record NetlinkAnswer(int ErrorNumber, string Text)
{
    /// <summary>Done.</summary>
    public static readonly NetlinkAnswer Done = new(0, "");
}
