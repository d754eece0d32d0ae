namespace CoreNode.Updates.Payload.Creating;

/// <summary>A piece of work before the first chunk; jobs do not depend on each other. Each is run once.</summary>
public abstract class CreationJob
{
    /// <summary>Bytes that it reads, for progress.</summary>
    public abstract long Bytes { get; }

    /// <summary>Does it; on any thread.</summary>
    public abstract void Run();
}
