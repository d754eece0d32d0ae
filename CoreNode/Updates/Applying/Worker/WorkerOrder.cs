namespace CoreNode.Updates.Applying.Worker;

/// <summary>A further line that a worker process is given. The end of its input stops it.</summary>
public abstract record WorkerOrder
{
    private WorkerOrder()
    {
    }

    /// <summary>Fetches and writes nothing until told to go on.</summary>
    public sealed record Pause : WorkerOrder;

    /// <summary>Goes on.</summary>
    public sealed record Go : WorkerOrder;

    /// <summary>Another limit; 0 for none.</summary>
    public sealed record Rate(long BytesPerSecond) : WorkerOrder;
}
