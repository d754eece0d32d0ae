using CoreNode.Platform;
using CoreNode.Updates.Applying;
using CoreNode.Updates.Applying.Worker;
using CoreNode.Updates.Client.Exchange;
using CoreNode.Updates.Payload;
using CoreNode.Updates.Sharing;

namespace CoreNode.Hosting.Updates.Sharing;

/// <summary>A payload that other nodes may have: from wherever the node says. Used by one caller at a time.</summary>
internal sealed class SharedPayloadSource : IPayloadSource, IServerPayload
{
    // Each takes a source off; then the server is asked, whose faults are told.
    private const int MostBlames = 32;

    private readonly WorkerJob _job;
    private readonly Uri _url;
    private readonly PayloadFetch _fetch;
    private readonly IShareDesk _desk;
    private readonly IFiles _files;
    private ShareOrigin? _last;
    private bool _isBlamed;
    private int _blames;

    /// <summary>Of a job that says where the node is asked.</summary>
    public SharedPayloadSource(WorkerJob job, Uri url, PayloadFetch fetch, IShareDesk desk, IFiles files)
    {
        (_job, _url, _fetch, _desk, _files) = (job, url, fetch, desk, files);
    }

    /// <inheritdoc/>
    public IPayloadFile? Whole => null;

    /// <summary>True if the job is of a payload that others can find: by its hash.</summary>
    public static bool IsFor(WorkerJob job) => job.Share.Length > 0 && job.Size > 0 && KeeperKeys.IsHash(job.Sha256);

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(long from, long? size, CancellationToken cancellation)
    {
        if (size is { } announced && announced != _job.Size)
        {
            throw new ApplyException(
                ApplyCodes.PayloadSize, $"{announced} bytes are to come, but the payload should have {_job.Size}");
        }

        ShareQuestion question = new(_job.Sha256, _job.Size, from)
        {
            IsMetadata = _job.Step == WorkerStep.Metadata,
            IsBlamed = _isBlamed,
        };
        _isBlamed = false;
        return Task.FromResult<Stream>(
            new SharedStream(_desk, this, _files, question) { Took = origin => _last = origin });
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenAsync(long from, long to, long size, CancellationToken cancellation)
    {
        try
        {
            return new FetchedStream(await _fetch.OpenAsync(_url, from, to, size, cancellation));
        }
        catch (TransferException failed)
        {
            throw ServerPayloadSource.Fault(failed);
        }
    }

    /// <summary>
    /// After a failure: true if it may be that what another node sent, or this one kept, was wrong. Then the same is
    /// tried again, and that source is not asked any more.
    /// </summary>
    public bool TryBlame(int code)
    {
        bool isContent = (PayloadErrorCode)code is PayloadErrorCode.PayloadHashMismatch
            or PayloadErrorCode.PayloadSizeMismatch or PayloadErrorCode.DownloadPayloadVerification
            or PayloadErrorCode.NewPartitionInfo or PayloadErrorCode.InvalidMetadataMagic
            or PayloadErrorCode.SignatureMissingInManifest or PayloadErrorCode.ManifestParse
            or PayloadErrorCode.MetadataSignature or PayloadErrorCode.MetadataSignatureMismatch
            or PayloadErrorCode.OperationExecution or PayloadErrorCode.OperationHashMismatch
            or PayloadErrorCode.InvalidMetadataSize or PayloadErrorCode.OperationHashMissing
            or PayloadErrorCode.MetadataSignatureMissing;
        if (!isContent || _last is null or ShareOrigin.Server || _blames == MostBlames)
            return false;
        _blames++;
        _last = null;
        _isBlamed = true;
        return true;
    }
}
