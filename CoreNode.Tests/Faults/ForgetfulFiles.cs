using CoreNode.Platform;

namespace CoreNode.Tests.Faults;

/// <summary>A planted defect: claims to sync and does not.</summary>
internal sealed class ForgetfulFiles(IFiles files) : IFiles
{
    public bool SkipsData { get; init; }

    public bool SkipsFolders { get; init; }

    public IFile Open(string path, bool create) => new Forgetful(files.Open(path, create), SkipsData);

    public bool Exists(string path) => files.Exists(path);

    public IReadOnlyList<string> List(string folder) => files.List(folder);

    public void CreateFolder(string folder) => files.CreateFolder(folder);

    public void Rename(string from, string to) => files.Rename(from, to);

    public void Delete(string path) => files.Delete(path);

    public void SyncFolder(string folder)
    {
        if (!SkipsFolders)
            files.SyncFolder(folder);
    }

    public IDisposable? TryLock(string path) => files.TryLock(path);

    private sealed class Forgetful(IFile file, bool skipsData) : IFile
    {
        public string Path => file.Path;

        public long Length => file.Length;

        public int Read(long offset, Span<byte> buffer) => file.Read(offset, buffer);

        public void Write(long offset, ReadOnlySpan<byte> data) => file.Write(offset, data);

        public void Write(long offset, IReadOnlyList<ReadOnlyMemory<byte>> parts) => file.Write(offset, parts);

        public void Preallocate(long length) => file.Preallocate(length);

        public void Reserve(long length) => file.Reserve(length);

        public void SetLength(long length) => file.SetLength(length);

        public void SyncData()
        {
            if (!skipsData)
                file.SyncData();
        }

        public void Sync() => file.Sync();

        public void Dispose() => file.Dispose();
    }
}
