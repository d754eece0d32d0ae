namespace CoreNode.Updates.Client.Ports;

/// <summary>What makes heavy work wait: the store needs the disk for itself. Any thread, and cheap.</summary>
public interface IHolds
{
    /// <summary>Why, in one line; empty: nothing does.</summary>
    string Reason { get; }
}
