namespace FakeAi.EventBus.Streams;

/// <summary>The log cannot be reached, or it is unknown whether a call took effect. Trying again may help.</summary>
public sealed class EventLogUnavailableException : Exception
{
    /// <summary>Makes an exception without details.</summary>
    public EventLogUnavailableException()
    {
    }

    /// <summary>Makes an exception.</summary>
    public EventLogUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with its cause.</summary>
    public EventLogUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The log refused an operation for what it is. Trying again does not help.</summary>
public sealed class EventLogRejectedException : Exception
{
    /// <summary>Makes an exception without details.</summary>
    public EventLogRejectedException()
    {
    }

    /// <summary>Makes an exception.</summary>
    public EventLogRejectedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with its cause.</summary>
    public EventLogRejectedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The shard is not leased to the caller any more, so nothing was read or applied. What it computed is to be dropped.</summary>
public sealed class ShardLeaseLostException : Exception
{
    /// <summary>Makes an exception without details.</summary>
    public ShardLeaseLostException()
    {
    }

    /// <summary>Makes an exception.</summary>
    public ShardLeaseLostException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with its cause.</summary>
    public ShardLeaseLostException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
