namespace CoreNode.Updates.Server.Books;

/// <summary>How much a batch had changed at some point.</summary>
internal sealed record ChangeMark(int Undo, int Machines, int Groups, int History, int Writes, int LaterWrites)
{
    /// <summary>Nothing.</summary>
    public static ChangeMark Zero { get; } = new(0, 0, 0, 0, 0, 0);
}
