using CoreNode.Updates.Payload;

namespace CoreNode.Updates.Applying;

/// <summary>From a payload behind its metadata to a slot that holds all of it, durably. One use.</summary>
internal sealed class PayloadApplication
{
    private readonly PayloadReader _reader;
    private readonly PayloadInput _input;
    private readonly BlockWriter _writer;
    private readonly OperationPipeline _pipeline;
    private readonly WorkControl _control;

    /// <summary>Ready to go.</summary>
    public PayloadApplication(
        PayloadReader reader,
        PayloadInput input,
        BlockWriter writer,
        OperationPipeline pipeline,
        WorkControl control)
    {
        _reader = reader;
        _input = input;
        _writer = writer;
        _pipeline = pipeline;
        _control = control;
    }

    /// <summary>
    /// Does it. Whatever ends it early: what was written is made durable and stands in the checkpoint, as far as the
    /// disk still takes it.
    /// </summary>
    /// <exception cref="ApplyException">It failed.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task RunAsync()
    {
        try
        {
            await ReadAllAsync();
            await _pipeline.FinishAsync();
            _writer.Save();
        }
        catch (ApplyException)
        {
            // What was fetched need not be fetched again.
            await DrainAsync();
            throw;
        }
        catch (OperationCanceledException)
        {
            _pipeline.End();
            if (!_control.IsAskedToPause)
                TrySave();
            throw;
        }
        finally
        {
            _pipeline.End();
        }
    }

    private async Task ReadAllAsync()
    {
        while (true)
        {
            switch (Step())
            {
                case PayloadStep.NeedsBytes:
                    if (!await _input.FillAsync())
                        throw new ApplyException(ApplyFault.Of(_reader.Finish()!));
                    break;
                case PayloadStep.Operation:
                    await _pipeline.AddAsync(_reader, _control.Stopped);
                    break;
                case PayloadStep.End:
                    // What comes behind the end is seen only by asking for it.
                    if (!await _input.FillAsync())
                        return;
                    break;
                case PayloadStep.Fault:
                    throw new ApplyException(ApplyFault.Of(_reader.Fault!));
            }
        }
    }

    private PayloadStep Step()
    {
        ReadOnlySpan<byte> rest = _input.Rest;
        PayloadStep step = _reader.Read(ref rest);
        _input.Take(_input.Rest.Length - rest.Length);
        return step;
    }

    private async Task DrainAsync()
    {
        try
        {
            await _pipeline.FinishAsync();
            _writer.Save();
        }
        catch (Exception further) when (further is IOException or OperationCanceledException)
        {
            // The first fault is the one to tell; this one may be the same.
            TrySave();
        }
    }

    private void TrySave()
    {
        try
        {
            _writer.Save();
        }
        catch (IOException)
        {
            // The disk no longer takes it: the checkpoint stays where it was.
        }
    }
}
