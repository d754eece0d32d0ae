namespace CoreNode.Store;

/// <summary>Gives out the whole state of the store as a backup. Any thread.</summary>
public interface IBackupSource
{
    /// <summary>Begins a backup of a state that was published by <see cref="IKeyStore"/>.</summary>
    IBackup Begin(IKeyspace keyspace);
}
